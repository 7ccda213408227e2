import Basics
import JSON
import Tools

/// Writes and reads the lines of a transcript.
enum TranscriptCoding {
    static let format = "switchboard-transcript"
    static let version = 1

    static func line(_ event: TranscriptEvent) -> [UInt8] {
        var object: JSONObject = [
            "seq": .integer(event.sequence), "time": .string(event.time.iso8601),
            "origin": .string(event.origin.rawValue),
        ]
        for member in members(event.entry) { object[member.name] = member.value }
        return JSONWriter.bytes(of: .object(object)) + [0x0A]
    }

    static func value(_ reply: RecordedReply) -> JSONObject {
        let items = reply.items.map { item -> JSONValue in
            switch item {
            case .text(let text): ["type": "text", "text": .string(text)]
            case .reasoning(let text): ["type": "reasoning", "text": .string(text)]
            case .refusal(let text): ["type": "refusal", "text": .string(text)]
            case .toolCall(let id, let name, let arguments):
                [
                    "type": "tool_call", "id": .string(id), "name": .string(name),
                    "arguments": embedded(arguments),
                ]
            }
        }
        return ["finish": .string(reply.finish), "items": .array(items)]
    }

    static func reply(_ value: JSONValue) throws(TranscriptError) -> RecordedReply {
        guard let finish = value["finish"]?.string else { throw TranscriptError(.invalid, "needs a string 'finish'") }
        var items: [RecordedReply.Item] = []
        for item in value["items"]?.array ?? [] {
            switch (item["type"]?.string, item["text"]?.string) {
            case ("text", let words?): items.append(.text(words))
            case ("reasoning", let words?): items.append(.reasoning(words))
            case ("refusal", let words?): items.append(.refusal(words))
            case ("tool_call", _):
                guard let id = item["id"]?.string, let name = item["name"]?.string, let arguments = item["arguments"]
                else { throw TranscriptError(.invalid, "a tool_call needs 'id', 'name' and 'arguments'") }
                items.append(.toolCall(id: id, name: name, arguments: text(of: arguments)))
            default: throw TranscriptError(.invalid, "an item is neither text, reasoning, refusal nor tool_call")
            }
        }
        return RecordedReply(finish: finish, items: items)
    }

    /// Text that is a JSON object, as that object, so that people can read it; any other text as a string.
    static func embedded(_ text: String) -> JSONValue {
        if let value = try? JSONParser.parse(text), value.object != nil, JSONWriter.text(of: value) == text {
            return value
        }
        return .string(text)
    }

    /// The inverse of ``embedded(_:)``.
    static func text(of value: JSONValue) -> String { value.string ?? JSONWriter.text(of: value) }

    private static func members(_ entry: TranscriptEntry) -> JSONObject {
        switch entry {
        case .user(let text): return ["type": "user", "text": .string(text)]
        case .modelRequest(let model, let digest, let bytes):
            return [
                "type": "model_request", "model": .string(model), "sha256": .string(digest), "bytes": .integer(bytes),
            ]
        case .modelReply(let reply):
            var object: JSONObject = ["type": "model_reply"]
            for member in value(reply) { object[member.name] = member.value }
            return object
        case .toolCall(let id, let tool, let arguments):
            return ["type": "tool_call", "id": .string(id), "tool": .string(tool), "arguments": arguments]
        case .toolResult(let id, let tool, let isError, let seconds, let result):
            return [
                "type": "tool_result", "id": .string(id), "tool": .string(tool), "is_error": .bool(isError),
                "seconds": .double(seconds), "result": result,
            ]
        case .usage(let input, let output, let isEstimate):
            return [
                "type": "usage", "input": .integer(input), "output": .integer(output), "estimate": .bool(isEstimate),
            ]
        case .notice(let text): return ["type": "notice", "text": .string(text)]
        case .error(let code, let message):
            return ["type": "error", "code": .string(code), "message": .string(message)]
        case .end(let reason): return ["type": "end", "reason": .string(reason)]
        }
    }

    static func event(_ line: JSONValue) throws(TranscriptError) -> TranscriptEvent {
        guard let sequence = line["seq"]?.integer else { throw missing("seq") }
        guard let time = line["time"]?.string.flatMap({ Timestamp(iso8601: $0) }) else { throw missing("time") }
        guard let origin = line["origin"]?.string.flatMap({ Origin(rawValue: $0) }) else { throw missing("origin") }
        return TranscriptEvent(sequence: sequence, time: time, origin: origin, entry: try entry(line))
    }

    private static func entry(_ line: JSONValue) throws(TranscriptError) -> TranscriptEntry {
        func string(_ name: String) throws(TranscriptError) -> String {
            guard let text = line[name]?.string else { throw missing(name) }
            return text
        }
        func integer(_ name: String) throws(TranscriptError) -> Int {
            guard let number = line[name]?.integer else { throw missing(name) }
            return number
        }
        switch try string("type") {
        case "user": return .user(text: try string("text"))
        case "model_request":
            return .modelRequest(model: try string("model"), sha256: try string("sha256"), bytes: try integer("bytes"))
        case "model_reply": return .modelReply(try reply(line))
        case "tool_call":
            guard let arguments = line["arguments"] else { throw missing("arguments") }
            return .toolCall(id: try string("id"), tool: try string("tool"), arguments: arguments)
        case "tool_result":
            guard let result = line["result"], let isError = line["is_error"]?.bool else { throw missing("result") }
            return .toolResult(
                id: try string("id"),
                tool: try string("tool"),
                isError: isError,
                seconds: line["seconds"]?.number?.double ?? 0,
                result: result
            )
        case "usage":
            return .usage(
                input: try integer("input"),
                output: try integer("output"),
                isEstimate: line["estimate"]?.bool ?? false
            )
        case "notice": return .notice(text: try string("text"))
        case "error": return .error(code: try string("code"), message: try string("message"))
        case "end": return .end(reason: try string("reason"))
        case let type: throw TranscriptError(.invalid, "'\(type)' is not a type of event")
        }
    }

    private static func missing(_ name: String) -> TranscriptError {
        TranscriptError(.invalid, "'\(name)' is missing or of the wrong type")
    }
}
