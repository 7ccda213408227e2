import JSON

/// Writes the body of a request: the history goes in as the bytes it is kept as.
enum OpenAIChatRequestBody {
    static func bytes(for request: ModelRequest, configuration: OpenAIChatConfiguration) -> [UInt8] {
        let dialect = OpenAIChatDialect()
        let size = request.history.bytes.count + request.tools.encoded.count + request.instructions.utf8.count
        var body: [UInt8] = []
        body.reserveCapacity(size + size / 64 + 1024)
        body.append(contentsOf: #"{"model":"#.utf8)
        body.append(contentsOf: JSONWriter.bytes(of: .string(configuration.model)))
        // Messages after tools would be the same to a server; this order is what prompt caches see first.
        if !request.tools.isEmpty, request.toolChoice != .none {
            body.append(contentsOf: #","tools":"#.utf8)
            body.append(contentsOf: request.tools.encoded)
            if request.toolChoice == .required { body.append(contentsOf: #","tool_choice":"required""#.utf8) }
        }
        body.append(contentsOf: #","messages":["#.utf8)
        if !request.instructions.isEmpty {
            dialect.appendSystem(request.instructions, to: &body)
            if !request.history.bytes.isEmpty { body.append(0x2C) }
        }
        body.append(contentsOf: request.history.bytes)
        body.append(0x5D)
        var options = JSONWriter()
        options.beginObject()
        if let limit = request.maximumOutputTokens {
            options.name(configuration.outputLimitField)
            options.integer(limit)
        }
        let effort = configuration.reasoningEffort
        if let effort {
            options.name("reasoning_effort")
            options.string(effort)
        }
        // Models that reason refuse sampling parameters.
        if let temperature = request.temperature, effort == nil || effort == "none" {
            options.name("temperature")
            options.value(.double(temperature))
        }
        options.name("stream")
        options.bool(true)
        options.name("stream_options")
        options.value(["include_usage": true])
        options.endObject()
        body.append(0x2C)
        body.append(contentsOf: options.bytes.dropFirst())
        return body
    }
}
