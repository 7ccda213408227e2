import Basics
package import HTTP
import JSON

/// A Model Context Protocol server as a function from request to response, for clients of both eras at one URL.
///
/// It serves 2026-07-28, and without sessions 2025-11-25, 2025-06-18, 2025-03-26 and 2024-11-05, with JSON replies. Who may
/// ask, from which origin and under which path is settled before a request comes here.
package struct MCPServer: HTTPHandler {
    /// Limits and hints.
    package struct Options: Sendable, Hashable {
        /// Seconds until a question that a client of an earlier revision does not answer counts as closed.
        package var questionTimeout = 300.0
        /// Seconds after which a reply that takes long becomes an event stream, and between two signs of life on it.
        package var keepAlive = 15.0
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
    private let exchange: MCPExchange
    private let principal: String

    /// A server for a service.
    ///
    /// - Parameters:
    ///   - service: The tools.
    ///   - name: How the server calls itself, for logs and for display.
    ///   - version: The server's own version.
    ///   - options: Limits and hints.
    ///   - exchange: Where answers of clients of earlier revisions are awaited.
    ///   - principal: Whose requests these are; an answer counts only for the principal that was asked.
    package init(
        service: any MCPService,
        name: String,
        version: String,
        options: Options = Options(),
        exchange: MCPExchange = MCPExchange(),
        principal: String = ""
    ) {
        self.options = options
        self.exchange = exchange
        self.principal = principal
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
        if headers.version.text != MCPVersion.modern.rawValue, exchange.take(document.root, principal: principal) {
            return HTTPResponse(status: 202)
        }
        return await respond(to: document.root, headers: headers)
    }

    func read(_ bytes: [UInt8]) throws(MCPFailure) -> JSONDocument {
        do {
            return try JSONDocument(bytes, options: JSONParser.Options(maximumDepth: options.maximumDepth))
        } catch {
            throw MCPFailure(.parse, status: 400, "The request is not JSON that this server reads: \(error)")
        }
    }

    private func respond(to element: JSONElement, headers: MCPHeaders) async -> HTTPResponse {
        do throws(MCPFailure) {
            let message = try MCPMessage(element)
            let route = try MCPRoute.decide(message, headers: headers)
            if case .request = message.kind {
                switch route {
                case .modern where message.params?["inputResponses"] != nil && message.method == "tools/call":
                    return await stream(message, route, nil)
                case .legacy where headers.session != .absent && MCPServer.asks(message):
                    guard let session = headers.session.text.flatMap(MCPSession.init) else {
                        return response(MCPReply(id: MCPMessage.id(of: element), failure: .unknownSession))
                    }
                    if !session.kinds.isEmpty { return await stream(message, route, session) }
                default: break
                }
                if dispatcher.takesLong(message) { return await stream(message, route, nil) }
            }
            guard let reply = await dispatcher.reply(to: message, route: route) else {
                return HTTPResponse(status: 202)
            }
            return response(reply)
        } catch {
            return response(MCPReply(id: MCPMessage.id(of: element), failure: error))
        }
    }

    /// Whether the person at the client may be asked something before the request is answered.
    private static func asks(_ message: MCPMessage) -> Bool {
        message.method == "tools/call" || message.method == "tasks/result"
    }

    /// Serves a request that may wait for a person: as a plain response when it does not, as an event stream when
    /// something is to be said before the reply, or it takes long.
    private func stream(_ message: MCPMessage, _ route: MCPRoute, _ session: MCPSession?) async -> HTTPResponse {
        let frames = MCPReplyStream()
        let link = session.map {
            MCPClientLink(
                kinds: $0.kinds,
                frames: frames,
                exchange: exchange,
                principal: principal,
                timeout: options.questionTimeout
            )
        }
        let work = Task { [dispatcher] in
            let notify: @Sendable ([UInt8]) -> Void = { frames.send(.message($0)) }
            if let reply = await dispatcher.reply(to: message, route: route, link: link, notify: notify) {
                frames.send(.reply(reply))
            }
            frames.close()
        }
        let pause = Duration.milliseconds(Int64(options.keepAlive * 1000))
        let signs = Task {
            while (try? await Task.sleep(for: pause)) != nil { frames.send(.ping) }
        }
        // Going away cancels a request since 2026-07-28; before, it says nothing, but who waits for a task may go.
        let leave: @Sendable () -> Void = {
            if route == .modern || message.method == "tasks/result" { work.cancel() }
            signs.cancel()
            frames.close()
        }
        let first = await withTaskCancellationHandler {
            await frames.next()
        } onCancel: {
            leave()
        }
        if case .reply(let reply) = first {
            signs.cancel()
            return response(reply)
        }
        let waiting = Locked(first)
        return HTTPResponse(
            status: 200,
            fields: [
                "Content-Type": "text/event-stream", "Cache-Control": "no-cache, no-transform",
                "X-Accel-Buffering": "no",
            ],
            body: .stream(
                HTTPBodyStream(
                    next: {
                        if let frame = waiting.withLock({ $0.take() }) { return MCPReplyStream.event(frame) }
                        guard let frame = await frames.next() else { return nil }
                        if case .reply = frame { signs.cancel() }
                        return MCPReplyStream.event(frame)
                    },
                    cancel: leave
                )
            )
        )
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

    private func response(_ reply: MCPReply) -> HTTPResponse {
        var fields = HTTPFields()
        if let session = reply.session { fields["Mcp-Session-Id"] = session.makeID() }
        return .json(reply.bytes, status: reply.status, fields: fields)
    }

    private func refusal(_ status: Int, _ message: String, fields: HTTPFields = [:]) -> HTTPResponse {
        .json(
            MCPReply(id: nil, failure: MCPFailure(.invalidRequest, status: status, message)).bytes,
            status: status,
            fields: fields
        )
    }
}
