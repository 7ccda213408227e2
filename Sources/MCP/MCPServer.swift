package import HTTP
import JSON

/// A Model Context Protocol server as a function from request to response, for clients of both eras at one URL.
///
/// It serves 2026-07-28, and without sessions 2025-11-25, 2025-06-18, 2025-03-26 and 2024-11-05, with JSON replies. Who may
/// ask, from which origin and under which path is settled before a request comes here.
package struct MCPServer: HTTPHandler {
    /// Limits and hints.
    package struct Options: Sendable, Hashable {
        /// Bytes of a request.
        package var maximumBodySize = 4 << 20
        /// How deep a request may nest, 1 to 512.
        package var maximumDepth = 64
        /// Messages in an array, where the protocol allows arrays.
        package var maximumBatch = 50
        /// Tools on a page of `tools/list`; large, because many clients read only the first page.
        package var pageSize = 1000
        /// How long clients may keep lists, in milliseconds.
        package var timeToLive = 60_000

        package init() {}
    }

    let dispatcher: MCPDispatcher
    private let options: Options

    /// A server for a service.
    ///
    /// - Parameters:
    ///   - service: The tools.
    ///   - name: How the server calls itself, for logs and for display.
    ///   - version: The server's own version.
    ///   - options: Limits and hints.
    package init(service: any MCPService, name: String, version: String, options: Options = Options()) {
        self.options = options
        dispatcher = MCPDispatcher(
            service: service,
            serverInfo: ["name": .string(name), "version": .string(version)],
            pageSize: options.pageSize,
            timeToLive: options.timeToLive
        )
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard request.method == "POST" else {
            return refusal(
                405,
                "This endpoint takes POST requests only; it keeps no sessions",
                fields: ["Allow": "POST"]
            )
        }
        let headers = MCPHeaders(request.fields)
        guard headers.sendsJSON else {
            return refusal(415, "The request must have Content-Type: application/json")
        }
        guard headers.acceptsJSON else {
            return refusal(406, "The request must accept application/json and text/event-stream")
        }
        let bytes: [UInt8]
        do {
            bytes = try await request.body.collect(limit: options.maximumBodySize)
        } catch let error as HTTPError where error.code == .bodyTooLarge {
            return refusal(413, "The request is longer than \(options.maximumBodySize) bytes")
        } catch {
            return refusal(400, "The request broke off")
        }
        let document: JSONDocument
        do {
            document = try read(bytes)
        } catch {
            return response(MCPReply(id: nil, failure: error))
        }
        if document.root.isArray { return await respond(toBatch: document.root, headers: headers) }
        guard let reply = await reply(to: document.root, headers: headers) else { return HTTPResponse(status: 202) }
        return response(reply)
    }

    func read(_ bytes: [UInt8]) throws(MCPFailure) -> JSONDocument {
        do {
            return try JSONDocument(bytes, options: JSONParser.Options(maximumDepth: options.maximumDepth))
        } catch {
            throw MCPFailure(.parse, status: 400, "The request is not JSON that this server reads: \(error)")
        }
    }

    private func reply(to element: JSONElement, headers: MCPHeaders) async -> MCPReply? {
        do throws(MCPFailure) {
            let message = try MCPMessage(element)
            let route = try MCPRoute.decide(message, headers: headers)
            return await dispatcher.reply(to: message, route: route)
        } catch {
            return MCPReply(id: MCPMessage.id(of: element), failure: error)
        }
    }

    /// Serves an array of messages, which only 2025-03-26 has.
    private func respond(toBatch array: JSONElement, headers: MCPHeaders) async -> HTTPResponse {
        var messages: [MCPMessage] = []
        do throws(MCPFailure) {
            let stated =
                headers.version == .absent ? MCPVersion.unstated : headers.version.text.flatMap(MCPVersion.init)
            guard stated?.hasBatches == true else {
                throw .invalidRequest("This protocol version has no batches: send one message a request")
            }
            for element in array.elements {
                guard messages.count < options.maximumBatch else {
                    throw .invalidRequest("A batch may have \(options.maximumBatch) messages at most")
                }
                let message = try MCPMessage(element)
                guard message.claim == nil, message.method != "initialize" else {
                    throw .invalidRequest("A message in a batch must be of version 2025-03-26 and not initialize")
                }
                messages.append(message)
            }
            guard !messages.isEmpty else { throw .invalidRequest("A batch must have a message") }
        } catch {
            return response(MCPReply(id: nil, failure: error))
        }
        let replies = await withTaskGroup(of: (Int, MCPReply?).self) { group in
            for (position, message) in messages.enumerated() {
                group.addTask { [dispatcher] in
                    let isRequest = if case .request = message.kind { true } else { false }
                    let route: MCPRoute = isRequest ? .legacy(.march2025) : .notification
                    return (position, await dispatcher.reply(to: message, route: route))
                }
            }
            var replies: [MCPReply?] = Array(repeating: nil, count: messages.count)
            for await (position, reply) in group { replies[position] = reply }
            return replies.compactMap(\.self)
        }
        if replies.isEmpty { return HTTPResponse(status: 202) }
        return .json([0x5B] + replies.map(\.bytes).joined(separator: [0x2C]) + [0x5D])
    }

    private func response(_ reply: MCPReply) -> HTTPResponse { .json(reply.bytes, status: reply.status) }

    private func refusal(_ status: Int, _ message: String, fields: HTTPFields = [:]) -> HTTPResponse {
        .json(
            MCPReply(id: nil, failure: MCPFailure(.invalidRequest, status: status, message)).bytes,
            status: status,
            fields: fields
        )
    }
}
