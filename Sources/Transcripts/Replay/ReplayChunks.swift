import HTTP
import JSON

/// Breaks a recorded reply into the events that a model's server would send.
enum ReplayChunks {
    static func chunks(of reply: RecordedReply, model: String, requestSize: Int) -> [[UInt8]] {
        var chunks = [chunk(model, delta: ["role": "assistant", "content": ""])]
        var calls = 0
        var size = 0
        for item in reply.items {
            switch item {
            case .text(let text):
                size += text.utf8.count
                chunks += fragments(text).map { chunk(model, delta: ["content": .string($0)]) }
            case .reasoning(let text):
                size += text.utf8.count
                chunks += fragments(text).map { chunk(model, delta: ["reasoning_content": .string($0)]) }
            case .refusal(let text):
                size += text.utf8.count
                chunks += fragments(text).map { chunk(model, delta: ["refusal": .string($0)]) }
            case .toolCall(let id, let name, let arguments):
                size += arguments.utf8.count
                let first: JSONValue = [
                    "index": .integer(calls), "id": .string(id), "type": "function",
                    "function": ["name": .string(name), "arguments": ""],
                ]
                chunks.append(chunk(model, delta: ["tool_calls": [first]]))
                for fragment in fragments(arguments) {
                    let more: JSONValue = ["index": .integer(calls), "function": ["arguments": .string(fragment)]]
                    chunks.append(chunk(model, delta: ["tool_calls": [more]]))
                }
                calls += 1
            }
        }
        chunks.append(chunk(model, delta: [:], finish: reply.finish))
        let (input, output) = ((requestSize + 3) / 4, (size + 3) / 4)
        var last = envelope(model, choices: [])
        last["usage"] = [
            "prompt_tokens": .integer(input), "completion_tokens": .integer(output),
            "total_tokens": .integer(input + output),
        ]
        chunks.append(event(last))
        chunks.append(EventStreamSerializer.bytes(of: ServerSentEvent(text: "[DONE]")))
        return chunks
    }

    /// Text in pieces of about twenty characters that end after a space where there is one.
    private static func fragments(_ text: String) -> [String] {
        var fragments: [String] = []
        var current = ""
        for character in text {
            current.append(character)
            if current.count >= 40 || (current.count >= 16 && character == " ") {
                fragments.append(current)
                current = ""
            }
        }
        if !current.isEmpty { fragments.append(current) }
        return fragments
    }

    private static func chunk(_ model: String, delta: JSONValue, finish: String? = nil) -> [UInt8] {
        event(
            envelope(
                model,
                choices: [["index": 0, "delta": delta, "finish_reason": finish.map { .string($0) } ?? .null]]
            )
        )
    }

    private static func envelope(_ model: String, choices: JSONValue) -> JSONValue {
        [
            "id": "chatcmpl-recording", "object": "chat.completion.chunk", "created": 0, "model": .string(model),
            "choices": choices, "usage": nil,
        ]
    }

    private static func event(_ value: JSONValue) -> [UInt8] {
        EventStreamSerializer.bytes(of: ServerSentEvent(data: JSONWriter.bytes(of: value)))
    }
}
