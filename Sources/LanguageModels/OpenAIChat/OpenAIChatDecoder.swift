import HTTP
import JSON

/// Turns the bytes of a Chat Completions answer into events; a state machine without I/O.
///
/// An answer is complete only when a finish reason has come, followed by `[DONE]` or by the orderly end of the body.
/// Anything else is an interruption: what came before must not be taken for the answer, nor its calls be run.
package struct OpenAIChatDecoder {
    private var parser: EventStreamParser
    private var calls: ToolCallAccumulator
    private let callIDPrefix: String
    private let requestSize: Int
    private var text = ""
    private var reasoning = ""
    private var refusal = ""
    private var argumentSize = 0
    private var finishReason: String?
    private var reportedUsage: ModelUsage?
    private let allowsCalls: Bool

    /// Whether the answer is complete and nothing more needs to be read.
    package private(set) var isDone = false

    /// - Parameters:
    ///   - names: The tools that were offered.
    ///   - callIDPrefix: What made-up call ids begin with; different for every reply of a conversation.
    ///   - requestSize: The size of the request in bytes, to estimate the cost where the server does not report it.
    ///   - allowsCalls: Whether tools were offered; calls that come all the same are dropped.
    package init(names: ToolNames, callIDPrefix: String, requestSize: Int, allowsCalls: Bool) {
        parser = EventStreamParser(maximumEventSize: 8 << 20)
        calls = ToolCallAccumulator(names: names)
        self.callIDPrefix = callIDPrefix
        self.requestSize = requestSize
        self.allowsCalls = allowsCalls
    }

    /// Reads more of an event stream.
    ///
    /// - Throws: ``ModelError`` when the server reports an error within the stream, or sends what is not its format.
    package mutating func push(_ bytes: [UInt8], into events: inout [ModelEvent]) throws(ModelError) {
        parser.push(bytes)
        do throws(HTTPError) {
            while !isDone, let event = try parser.next() {
                do throws(ModelError) { try read(event, into: &events) } catch {
                    throw HTTPError(.other, error.message, cause: error)
                }
            }
        } catch {
            throw error.cause as? ModelError ?? ModelError(.malformedReply, "the model's answer: \(error.message)")
        }
    }

    /// Says that the body has ended in an orderly way.
    ///
    /// - Throws: ``ModelError`` with code `interrupted` when the answer is not complete.
    package mutating func end(into events: inout [ModelEvent]) throws(ModelError) {
        if isDone { return }
        guard finishReason != nil else { throw interrupted("the stream ended before the model had finished") }
        finish(into: &events)
    }

    /// Reads a whole answer from a server that does not stream.
    package mutating func readWhole(_ body: [UInt8], into events: inout [ModelEvent]) throws(ModelError) {
        let value = try parse(body)
        if let error = value["error"], !error.isNull { throw OpenAIChatErrors.inStream(error) }
        guard let choice = value["choices"]?[0], let message = choice["message"] else {
            throw ModelError(.malformedReply, "the model's server answered with JSON that has no choices[0].message")
        }
        readUsage(value)
        readDelta(message, into: &events)
        finishReason = choice["finish_reason"]?.string ?? "stop"
        finish(into: &events)
    }

    /// What the answer has cost so far; estimated where the server has not said.
    package var usage: ModelUsage {
        let size = text.utf8.count + reasoning.utf8.count + refusal.utf8.count + argumentSize
        return reportedUsage ?? .estimate(inputBytes: requestSize, outputBytes: size)
    }

    package func interrupted(_ reason: String) -> ModelError {
        ModelError(.interrupted, "the model's answer broke off: \(reason)")
    }

    private mutating func read(_ event: ServerSentEvent, into events: inout [ModelEvent]) throws(ModelError) {
        if event.data.elementsEqual("[DONE]".utf8) {
            guard finishReason != nil else { throw interrupted("[DONE] came before a finish reason") }
            finish(into: &events)
            return
        }
        if event.data.isEmpty { return }
        let chunk = try parse(event.data)
        if let error = chunk["error"], !error.isNull { throw OpenAIChatErrors.inStream(error) }
        readUsage(chunk)
        for choice in chunk["choices"]?.array ?? [] where (choice["index"]?.integer ?? 0) == 0 {
            if let delta = choice["delta"] { readDelta(delta, into: &events) }
            if let reason = choice["finish_reason"]?.string, !reason.isEmpty { finishReason = reason }
        }
        if finishReason == "error" {
            throw ModelError(.unavailable, "the model's provider reported an error in the middle of the answer")
        }
    }

    private mutating func readDelta(_ delta: JSONValue, into events: inout [ModelEvent]) {
        if let words = words(delta["reasoning_content"]) ?? words(delta["reasoning"]) {
            reasoning += words
            events.append(.reasoning(words))
        }
        if let words = words(delta["content"]) {
            text += words
            events.append(.text(words))
        }
        if let words = words(delta["refusal"]) {
            refusal += words
            events.append(.text(words))
        }
        for fragment in delta["tool_calls"]?.array ?? [] {
            let first = events.count
            calls.add(fragment, to: &events)
            for case .toolCallArguments(_, let text) in events[first...] { argumentSize += text.utf8.count }
            if !allowsCalls { events.removeSubrange(first...) }
        }
    }

    /// Text that is a string, or a list of parts as some servers send it; nil when there is none.
    private func words(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text)?: return text.isEmpty ? nil : text
        case .array(let parts)?:
            let text = parts.compactMap { $0["text"]?.string }.joined()
            return text.isEmpty ? nil : text
        default: return nil
        }
    }

    private mutating func readUsage(_ chunk: JSONValue) {
        guard let usage = chunk["usage"], let input = usage["prompt_tokens"]?.integer else { return }
        reportedUsage = ModelUsage(
            inputTokens: input,
            outputTokens: usage["completion_tokens"]?.integer ?? 0,
            cachedTokens: usage["prompt_tokens_details"]?["cached_tokens"]?.integer ?? 0,
            reasoningTokens: usage["completion_tokens_details"]?["reasoning_tokens"]?.integer ?? 0
        )
    }

    private mutating func finish(into events: inout [ModelEvent]) {
        isDone = true
        var discarded: [ModelEvent] = []
        let complete =
            allowsCalls
            ? calls.finish(callIDPrefix: callIDPrefix, to: &events)
            : calls.finish(callIDPrefix: callIDPrefix, to: &discarded)
        let cutOff = finishReason == "length" || finishReason == "content_filter"
        let runs = !cutOff && allowsCalls
        var items: [ModelItem] = []
        if !reasoning.isEmpty { items.append(.reasoning(text: reasoning, opaque: nil)) }
        if !text.isEmpty { items.append(.text(text)) }
        if !refusal.isEmpty { items.append(.refusal(refusal)) }
        if runs { items += complete.map { .toolCall($0) } }
        let usage = usage
        events.append(.usage(usage))
        events.append(
            .finished(
                ModelReply(
                    finish: reason(hasCalls: runs && !complete.isEmpty),
                    items: items,
                    droppedCalls: runs ? [] : complete.map(\.name),
                    usage: usage
                )
            )
        )
    }

    private func reason(hasCalls: Bool) -> ModelReply.FinishReason {
        switch finishReason ?? "" {
        case "length": return .outputLimit
        case "content_filter": return .contentFilter
        // Servers finish with `stop`, or with a word of their own, although there are calls.
        case _ where hasCalls: return .toolCalls
        case "stop", "tool_calls", "function_call": return refusal.isEmpty ? .stop : .refusal
        case let word: return .other(word)
        }
    }

    private func parse(_ bytes: [UInt8]) throws(ModelError) -> JSONValue {
        do throws(JSONError) {
            return try JSONParser.parse(bytes)
        } catch {
            throw ModelError(
                .malformedReply,
                "the model's server sent what is not JSON: \(error.message)",
                cause: error
            )
        }
    }
}
