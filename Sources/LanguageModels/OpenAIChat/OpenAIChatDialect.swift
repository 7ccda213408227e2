import JSON

/// Messages and tools as Chat Completions wants them.
package struct OpenAIChatDialect: ModelDialect {
    package init() {}

    package func appendUser(_ text: String, to bytes: inout [UInt8]) {
        append(role: "user", text: text, to: &bytes)
    }

    package func appendReply(_ items: [ModelItem], results: [ModelToolResult], to bytes: inout [UInt8]) {
        var text = ""
        var calls: [ModelToolCall] = []
        for item in items {
            switch item {
            case .text(let words), .refusal(let words): text += words
            case .toolCall(let call): calls.append(call)
            case .reasoning, .compaction: break
            }
        }
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.name("role")
        writer.string("assistant")
        writer.name("content")
        // Null is for messages with calls only: some servers refuse it elsewhere.
        if text.isEmpty, !calls.isEmpty { writer.null() } else { writer.string(text) }
        if !calls.isEmpty {
            writer.name("tool_calls")
            writer.beginArray()
            for call in calls { self.write(call, to: &writer) }
            writer.endArray()
        }
        writer.endObject()
        bytes.append(contentsOf: writer.bytes)
        for result in results {
            bytes.append(0x2C)
            append(role: "tool", text: result.content, callID: result.callID, to: &bytes)
        }
    }

    package func encode(tools: [ModelTool], names: ToolNames) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024 * max(1, tools.count))
        writer.beginArray()
        for tool in tools {
            writer.beginObject()
            writer.name("type")
            writer.string("function")
            writer.name("function")
            writer.beginObject()
            writer.name("name")
            writer.string(names.wire(tool.name))
            writer.name("description")
            writer.string(tool.description)
            writer.name("parameters")
            writer.value(OpenAIChatDialect.parameters(tool.inputSchema))
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
        return writer.bytes
    }

    /// A system message without a comma.
    func appendSystem(_ text: String, to bytes: inout [UInt8]) {
        append(role: "system", text: text, to: &bytes)
    }

    private func append(role: String, text: String, callID: String? = nil, to bytes: inout [UInt8]) {
        var writer = JSONWriter(capacity: text.utf8.count + 64)
        writer.beginObject()
        writer.name("role")
        writer.string(role)
        if let callID {
            writer.name("tool_call_id")
            writer.string(callID)
        }
        writer.name("content")
        writer.string(text)
        writer.endObject()
        bytes.append(contentsOf: writer.bytes)
    }

    private func write(_ call: ModelToolCall, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("id")
        writer.string(call.callID)
        writer.name("type")
        writer.string("function")
        writer.name("function")
        writer.beginObject()
        writer.name("name")
        writer.string(call.wireName)
        writer.name("arguments")
        writer.string(OpenAIChatDialect.sendable(call.arguments))
        writer.endObject()
        writer.endObject()
    }

    /// Arguments that every server takes back: several refuse a history whose arguments are not an object.
    private static func sendable(_ arguments: String) -> String {
        if let value = try? JSONParser.parse(arguments), value.object != nil { return arguments }
        return "{}"
    }

    private static func parameters(_ schema: JSONValue) -> JSONValue {
        var object = schema.object ?? [:]
        object["type"] = "object"
        if object["properties"] == nil { object["properties"] = [:] }
        return .object(object)
    }
}
