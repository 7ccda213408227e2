import Basics
import HTTP

/// Sends one request and reads its answer: the driver around ``OpenAIChatDecoder``.
final class OpenAIChatExchange: ModelExchange {
    private enum State {
        /// About to send, for the first time (0) or again.
        case sending(attempt: Int)
        case waiting(seconds: Double, attempt: Int)
        case reading(HTTPBodyStream)
        /// An error comes after the events that are still queued.
        case failing(ModelError)
        case finished
    }

    private let request: ModelRequest
    private let configuration: OpenAIChatConfiguration
    private let transport: any HTTPTransport
    private let clock: any WallClock
    private let sleep: @Sendable (Double) async throws -> Void
    private let body: [UInt8]
    private let started = monotonicNanoseconds()
    private var decoder: OpenAIChatDecoder
    private var state = State.sending(attempt: 0)
    private var queue: [ModelEvent] = []
    private var queued = 0

    init(
        request: ModelRequest,
        configuration: OpenAIChatConfiguration,
        transport: any HTTPTransport,
        clock: any WallClock,
        sleep: @escaping @Sendable (Double) async throws -> Void
    ) {
        self.request = request
        self.configuration = configuration
        self.transport = transport
        self.clock = clock
        self.sleep = sleep
        body = OpenAIChatRequestBody.bytes(for: request, configuration: configuration)
        decoder = OpenAIChatDecoder(
            names: request.tools.names,
            callIDPrefix: "call_\(request.history.count)",
            requestSize: body.count,
            allowsCalls: !request.tools.isEmpty && request.toolChoice != .none
        )
    }

    deinit {
        if case .reading(let stream) = state { stream.cancel() }
    }

    func next() async throws -> ModelEvent? {
        while true {
            if queued < queue.count {
                queued += 1
                return queue[queued - 1]
            }
            queue.removeAll(keepingCapacity: true)
            queued = 0
            switch state {
            case .finished: return nil
            case .failing(let error):
                state = .finished
                throw error
            case .waiting(let seconds, let attempt):
                try await sleep(seconds)
                state = .sending(attempt: attempt)
            case .sending(let attempt): try await send(attempt)
            case .reading(let stream): try await read(stream)
            }
        }
    }

    private func send(_ attempt: Int) async throws {
        guard request.tools.count <= 128 else {
            throw ModelError(
                .invalidRequest,
                "\(request.tools.count) tools are offered and \(configuration.baseURL) takes 128: offer fewer, or use an "
                    + "endpoint with meta-tools"
            )
        }
        let left = (request.timeout ?? configuration.totalTimeout) - Double(monotonicNanoseconds() - started) / 1e9
        guard left > 0 else {
            state = .failing(ModelError(.timeout, "the time for the model's answer ran out"))
            return
        }
        var options = HTTPRequestOptions()
        options.connectTimeout = min(configuration.connectTimeout, left)
        options.idleTimeout = min(configuration.idleTimeout, left)
        options.totalTimeout = left
        options.maximumResponseSize = configuration.maximumResponseSize
        options.streams = true
        do {
            let response = try await transport.send(try message(), options: options)
            try await accept(response, attempt)
        } catch let error as HTTPError {
            guard error.code != .cancelled, !Task.isCancelled else { throw CancellationError() }
            let failure = OpenAIChatErrors.transport(error, configuration: configuration)
            again(after: configuration.retries.delay(attempt: attempt + 1, failure: error), attempt + 1, failure)
        } catch  where !(error is CancellationError) && !(error is ModelError) && !Task.isCancelled {
            let message = "the request to \(configuration.baseURL) failed: \(error)"
            state = .failing(ModelError(.connectionFailed, message, cause: error))
        }
    }

    private func message() throws(HTTPError) -> HTTPRequest {
        var fields: HTTPFields = ["Content-Type": "application/json", "Accept": "text/event-stream"]
        if let key = configuration.credential?.key(for: configuration.baseURL) {
            fields["Authorization"] = "Bearer " + key.reveal()
        }
        return try HTTPRequest(
            method: "POST",
            url: configuration.baseURL + "/chat/completions",
            fields: fields,
            body: .bytes(body)
        )
    }

    private func accept(_ response: HTTPResponse, _ attempt: Int) async throws {
        let type = (response.fields["Content-Type"] ?? "").prefix { $0 != ";" }.lowercased()
        guard response.status == 200 else {
            let content = (try? await response.body.collect(limit: 1 << 20)) ?? []
            try Task.checkCancellation()
            let error = OpenAIChatErrors.response(
                status: response.status,
                fields: response.fields,
                body: content,
                configuration: configuration
            )
            let delay = configuration.retries.delay(
                attempt: attempt + 1,
                status: response.status,
                fields: response.fields,
                error: error,
                now: clock.now()
            )
            again(after: delay, attempt + 1, error)
            return
        }
        if type == "application/json" {
            let content = try await response.body.collect(limit: configuration.maximumResponseSize)
            guarded { (decoder, events) throws(ModelError) in try decoder.readWhole(content, into: &events) }
        } else if type == EventStreamSerializer.contentType {
            switch response.body {
            case .stream(let stream): state = .reading(stream)
            case .bytes(let bytes):
                guarded { (decoder, events) throws(ModelError) in
                    try decoder.push(bytes, into: &events)
                    try decoder.end(into: &events)
                }
            case .empty: guarded { (decoder, events) throws(ModelError) in try decoder.end(into: &events) }
            }
        } else {
            if case .stream(let stream) = response.body { stream.cancel() }
            state = .failing(OpenAIChatErrors.contentType(type, configuration: configuration))
        }
    }

    private func read(_ stream: HTTPBodyStream) async throws {
        do {
            guard let chunk = try await stream.next() else {
                guarded { (decoder, events) throws(ModelError) in try decoder.end(into: &events) }
                return
            }
            guarded { (decoder, events) throws(ModelError) in try decoder.push(chunk, into: &events) }
            // Servers may keep the connection open after the end of the answer.
            if case .finished = state { stream.cancel() } else if case .failing = state { stream.cancel() }
        } catch {
            guard !Task.isCancelled, (error as? HTTPError)?.code != .cancelled else { throw CancellationError() }
            let reason = (error as? HTTPError)?.message ?? String(describing: error)
            fail(decoder.interrupted(reason))
        }
    }

    /// Lets the decoder work; its error, or its completion, becomes the state.
    private func guarded(_ work: (inout OpenAIChatDecoder, inout [ModelEvent]) throws(ModelError) -> Void) {
        do throws(ModelError) {
            try work(&decoder, &queue)
            if decoder.isDone { state = .finished }
        } catch {
            fail(error)
        }
    }

    /// Ends with an error after an answer has begun; what it cost is still told.
    private func fail(_ error: ModelError) {
        queue.append(.usage(decoder.usage))
        var error = error
        error.message = OpenAIChatErrors.cleaned(error.message, configuration)
        state = .failing(error)
    }

    private func again(after delay: Double?, _ attempt: Int, _ error: ModelError) {
        guard let delay else {
            state = .failing(error)
            return
        }
        queue.append(.retry(ModelRetry(attempt: attempt, delay: delay, reason: error.message)))
        state = .waiting(seconds: delay, attempt: attempt)
    }
}
