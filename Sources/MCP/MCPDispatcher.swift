import JSON

/// Answers messages whose era is known, whatever they came through.
struct MCPDispatcher: Sendable {
    let service: any MCPService
    private let serverInfo: JSONValue
    let resultMeta: JSONValue
    /// How every modern result of `tools/call` ends.
    private let modernEnd: [UInt8]
    private let pages = MCPToolPages()
    private let pageSize: Int
    private let timeToLive: Int
    let asked = MCPAskedQuestions()

    init(service: any MCPService, serverInfo: JSONValue, pageSize: Int, timeToLive: Int) {
        self.service = service
        self.serverInfo = serverInfo
        self.pageSize = pageSize
        self.timeToLive = timeToLive
        let meta: JSONValue = ["io.modelcontextprotocol/serverInfo": serverInfo]
        resultMeta = meta
        modernEnd = Array(#","resultType":"complete","_meta":"#.utf8) + JSONWriter.bytes(of: meta) + [0x7D]
    }

    /// The response to a request; nil for a notification.
    ///
    /// - Parameters:
    ///   - link: The way to ask the client something while it waits; nil where there is none.
    ///   - notify: Takes what is said before the reply; nil where nothing can be.
    func reply(
        to message: MCPMessage,
        route: MCPRoute,
        link: MCPClientLink? = nil,
        notify: (@Sendable ([UInt8]) -> Void)? = nil
    ) async -> MCPReply? {
        guard case .request(let id) = message.kind else { return nil }
        do throws(MCPFailure) {
            if let params = message.params, !params.isObject { throw .invalidParams("\"params\" must be an object") }
            switch route {
            case .notification: return nil
            case .modern: return try await modern(message, id: id, notify: notify)
            case .legacy(let version):
                return try await legacy(message, id: id, version: version, link: link, notify: notify)
            }
        } catch {
            var failure = error
            // Before 2026-07-28 an error is an answer like any other.
            if case .legacy = route { failure.status = 200 }
            return MCPReply(id: id, failure: failure)
        }
    }

    private func modern(
        _ message: MCPMessage,
        id: ArraySlice<UInt8>,
        notify: (@Sendable ([UInt8]) -> Void)?
    ) async throws(MCPFailure) -> MCPReply {
        switch message.method {
        case "server/discover": return MCPReply(id: id, result: JSONWriter.bytes(of: discovery))
        case "tools/list": return try toolList(message, id: id, version: .modern)
        case "tools/call": return try await toolCall(message, id: id, version: .modern, link: nil, notify: notify)
        default: return try await modernTask(message, id: id)
        }
    }

    private func legacy(
        _ message: MCPMessage,
        id: ArraySlice<UInt8>,
        version: MCPVersion,
        link: MCPClientLink?,
        notify: (@Sendable ([UInt8]) -> Void)?
    ) async throws(MCPFailure) -> MCPReply {
        switch message.method {
        case "initialize": return try handshake(message, id: id)
        case "ping": return MCPReply(id: id, result: Array("{}".utf8))
        case "tools/list": return try toolList(message, id: id, version: version)
        case "tools/call":
            return try await toolCall(message, id: id, version: version, link: link, notify: notify)
        default: return try await legacyTask(message, id: id, version: version, link: link)
        }
    }

    /// What a server of a revision can do.
    private func capabilities(_ version: MCPVersion) -> JSONValue {
        var capabilities: JSONObject = ["tools": [:]]
        guard service.tasks != nil else { return .object(capabilities) }
        if version.isModern { capabilities["extensions"] = .object([MCPTask.extensionName: [:]]) }
        if version.hasCoreTasks {
            capabilities["tasks"] = ["list": [:], "cancel": [:], "requests": ["tools": ["call": [:]]]]
        }
        return .object(capabilities)
    }

    private var discovery: JSONValue {
        [
            "supportedVersions": [.string(MCPVersion.modern.rawValue)], "capabilities": capabilities(.modern),
            "instructions": .string(service.instructions), "ttlMs": .integer(timeToLive), "cacheScope": "private",
            "resultType": "complete", "_meta": resultMeta,
        ]
    }

    /// The version that an `initialize` asks for and gets.
    ///
    /// - Throws: ``MCPFailure`` with code `invalidParams` when it asks for none.
    static func negotiate(_ message: MCPMessage) throws(MCPFailure) -> MCPVersion {
        guard let requested = message.params?["protocolVersion"]?.string else {
            throw .invalidParams("initialize must say a \"protocolVersion\"")
        }
        return MCPVersion.negotiated(requested)
    }

    private func handshake(_ message: MCPMessage, id: ArraySlice<UInt8>) throws(MCPFailure) -> MCPReply {
        let version = try MCPDispatcher.negotiate(message)
        let result: JSONValue = [
            "protocolVersion": .string(version.rawValue), "capabilities": capabilities(version),
            "serverInfo": serverInfo, "instructions": .string(service.instructions),
        ]
        var reply = MCPReply(id: id, result: JSONWriter.bytes(of: result))
        let kinds = MCPElicitation.kinds(message.params?["capabilities"], version)
        if !kinds.isEmpty { reply.session = MCPSession(kinds: kinds) }
        return reply
    }

    private func toolList(
        _ message: MCPMessage,
        id: ArraySlice<UInt8>,
        version: MCPVersion
    ) throws(MCPFailure) -> MCPReply {
        var cursor: String?
        if let element = message.params?["cursor"], !element.isNull {
            guard let text = element.string else { throw .invalidParams("\"cursor\" must be a string") }
            cursor = text
        }
        let layout = MCPToolPages.Layout(
            protocolVersion: version,
            pageSize: pageSize,
            timeToLive: timeToLive,
            meta: resultMeta
        )
        return MCPReply(id: id, result: try pages.page(of: service.toolList, cursor: cursor, layout: layout))
    }

    private func toolCall(
        _ message: MCPMessage,
        id: ArraySlice<UInt8>,
        version: MCPVersion,
        link: MCPClientLink?,
        notify: (@Sendable ([UInt8]) -> Void)?
    ) async throws(MCPFailure) -> MCPReply {
        guard let name = message.params?["name"]?.string else {
            throw .invalidParams("tools/call must have the \"name\" of a tool")
        }
        var arguments = JSONObject()
        if let element = message.params?["arguments"], !element.isNull {
            guard let object = element.value.object else { throw .invalidParams("\"arguments\" must be an object") }
            arguments = object
        }
        var context = MCPCallContext(
            protocolVersion: version.rawValue,
            clientInfo: message.meta?[MCPMessage.MetaKey.client]?.value.object,
            clientCapabilities: message.meta?[MCPMessage.MetaKey.capabilities]?.value.object ?? [:]
        )
        if version.isModern {
            context.elicits = MCPElicitation.kinds(message.meta?[MCPMessage.MetaKey.capabilities], version)
            context.answers = MCPDispatcher.answers(message.params?["inputResponses"])
        } else {
            context.elicits = link?.kinds ?? []
        }
        context.isTask = try wantsTask(message, name, version)
        if !context.isTask, let notify { context.progress = MCPProgress(message.meta, version, send: notify) }
        defer { context.progress?.end() }
        var answered: MCPToolResult?
        var opened: [String] = []
        for _ in 0..<MCPDispatcher.maximumRounds {
            guard let result = await service.callTool(name, arguments: arguments, context: context) else {
                throw unknownTool(name)
            }
            answered = result
            guard !result.questions.isEmpty else { break }
            if version.isModern { return questionReply(id: id, result.questions) }
            guard let link else { break }
            for question in result.questions {
                let answer = await link.ask(question, version)
                context.answers[question.key] = answer
                if question.kind == .url, answer.action == .accept { opened.append(question.key) }
            }
        }
        for key in opened { link?.finished(key) }
        guard let result = answered, result.questions.isEmpty else {
            throw .invalidParams("The questions of this call were not answered")
        }
        if context.isTask, let reply = try await taskReply(id: id, result, version) { return reply }
        let size = (result.text?.utf8.count ?? 0) + (result.structured?.count ?? 0) * 2
        return MCPReply(id: id, room: size + size / 8 + modernEnd.count + 64) { bytes in
            write(result, version, to: &bytes)
        }
    }

    private static let maximumRounds = 4

    /// The answers that a request brings; what is no answer is left out, so that it is asked for again.
    static func answers(_ responses: JSONElement?) -> [String: MCPElicitationAnswer] {
        guard let responses, responses.isObject else { return [:] }
        var answers: [String: MCPElicitationAnswer] = [:]
        for member in responses.members { answers[member.name] = MCPElicitationAnswer(member.value) }
        return answers
    }

    private func questionReply(id: ArraySlice<UInt8>, _ questions: [MCPElicitation]) -> MCPReply {
        var requests = JSONObject()
        for question in questions {
            requests[question.key] = ["method": "elicitation/create", "params": question.params(.modern)]
        }
        let result: JSONValue = [
            "resultType": "input_required", "inputRequests": .object(requests), "_meta": resultMeta,
        ]
        return MCPReply(id: id, result: JSONWriter.bytes(of: result))
    }

    private func unknownTool(_ name: String) -> MCPFailure {
        let suggestions = Array(service.suggestions(for: name).prefix(3))
        var message = "There is no tool \"\(MCPFailure.shortened(name))\"."
        message +=
            suggestions.isEmpty
            ? " tools/list names the tools there are" : " Did you mean \(suggestions.joined(separator: ", "))?"
        return .invalidParams(message, data: ["suggestions": .array(suggestions.map { .string($0) })])
    }

    /// Appends the result of a call.
    ///
    /// The payload is escaped once into the text block and copied once into `structuredContent`; no value is made of it.
    ///
    /// - Parameter task: The task whose result it is, where that has to be said.
    func write(_ result: MCPToolResult, _ version: MCPVersion, task: String? = nil, to bytes: inout [UInt8]) {
        bytes.append(#"{"content":["#)
        if let text = result.text {
            bytes.append(#"{"type":"text","text":""#)
            JSONEscape.append(text.utf8, to: &bytes)
            bytes.append(#""}"#)
        } else if let structured = result.structured {
            bytes.append(#"{"type":"text","text":""#)
            JSONEscape.append(structured, to: &bytes)
            bytes.append(#""}"#)
        }
        bytes.append("]")
        if let structured = result.structured, version.hasStructuredContent,
            version.hasAnyStructure || structured.first == 0x7B
        {
            bytes.append(#","structuredContent":"#)
            bytes += structured
        }
        if result.isError { bytes.append(#","isError":true"#) } else { bytes.append(#","isError":false"#) }
        var members = result.meta
        if let task { members[MCPTask.relatedKey] = ["taskId": .string(task)] }
        let meta = members.isEmpty ? [] : JSONWriter.bytes(of: .object(members))
        switch (version.isModern, meta.isEmpty) {
        case (true, true): bytes += modernEnd
        case (true, false):
            // The server's own members come first; both objects close here.
            bytes += modernEnd.dropLast(2)
            bytes.append(",")
            bytes += meta.dropFirst()
            bytes.append("}")
        case (false, true): bytes.append("}")
        case (false, false):
            bytes.append(#","_meta":"#)
            bytes += meta
            bytes.append("}")
        }
    }
}
