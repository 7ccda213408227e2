import Basics
import CLinux
import EventLoops
import Glibc
import HTTP

/// One connection of a server: reads a request, runs its handler, writes the response, and reads the next.
///
/// Sendable because every method, the request's task included, runs on the connection's loop.
final class HTTPConnection: EventSource, @unchecked Sendable {
    private enum Phase {
        /// A request is awaited or being read.
        case reading
        /// The handler runs, or its response is being streamed.
        case handling
        /// The whole response is known and waits for the client to take it.
        case writing(closes: Bool)
        /// The response is written; what the client still sends is thrown away, so that it gets to read it.
        case lingering
        case closed
    }

    private enum Stage {
        case idle, head, body
    }

    /// A body up to this size is copied behind its head; a longer one is sent from where it is.
    private static let copyLimit = 64 << 10
    private static let lingerTime = 2.0
    /// How many steps a connection takes before others have their turn.
    private static let turns = 64
    private static let discardLimit = 16 << 20

    let descriptor: Int32
    let peer: String
    private let acceptor: Acceptor
    private var parser: HTTP1RequestParser
    private var phase = Phase.reading
    private var stage = Stage.head
    private var hasServed = false
    /// Whether the kernel may have something to read: sockets report a change once.
    private var mayRead = true
    private var peerHasFinished = false
    private var discarded = 0
    private var isAdvancing = false
    private var pending: [ArraySlice<UInt8>] = []
    private var writer: CheckedContinuation<Bool, Never>?
    private var task: Task<Void, Never>?
    private var stream: HTTPBodyStream?
    private var deadline = UInt64.max
    private var timer: LoopTimer?

    init(_ descriptor: Int32, peer: String, acceptor: Acceptor) {
        self.descriptor = descriptor
        self.peer = peer
        self.acceptor = acceptor
        parser = HTTP1RequestParser(limits: acceptor.configuration.limits)
    }

    func start() {
        do {
            try acceptor.loop.register(
                descriptor,
                [.readable, .writable, .peerFinished, .edgeTriggered],
                self
            )
        } catch {
            close()
            return
        }
        setDeadline(acceptor.configuration.headTimeout)
        advance()
    }

    // MARK: Events

    func ready(_ descriptor: Int32, _ readiness: Readiness) {
        if readiness.contains(.failed) || readiness.contains(.closed) {
            close()
            return
        }
        if readiness.contains(.peerFinished) { peerHasFinished = true }
        if readiness.contains(.readable) || peerHasFinished { mayRead = true }
        if readiness.contains(.writable), !pending.isEmpty { flush() }
        switch phase {
        case .reading: advance()
        case .handling: if peerHasFinished { close() }
        case .writing, .closed: break
        case .lingering: discard()
        }
    }

    /// Reads requests and starts their handlers until there is nothing to do.
    ///
    /// A handler that never waits completes in here; a loop, not a recursion, then goes on to the next request.
    private func advance() {
        guard !isAdvancing else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        var turns = HTTPConnection.turns
        while case .reading = phase {
            guard turns > 0 else {
                // A client that never stops sending must not keep the loop from everyone else.
                acceptor.loop.schedule(after: 0) { [weak self] in self?.advance() }
                return
            }
            turns -= 1
            do {
                switch try parser.next() {
                case .request(let request): handle(request)
                case .expectsContinue: write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
                case .incomplete:
                    guard receive() else {
                        if case .reading = phase { watchStage() }
                        return
                    }
                }
            } catch {
                refuse(error)
            }
        }
        if case .handling = phase, peerHasFinished { close() }
    }

    /// Reads once; false when nothing came.
    private func receive() -> Bool {
        guard mayRead else { return false }
        let count = recv(descriptor, acceptor.scratch.baseAddress, acceptor.scratch.count, 0)
        if count > 0 {
            if count < acceptor.scratch.count && !peerHasFinished { mayRead = false }
            parser.append(UnsafeRawBufferPointer(rebasing: acceptor.scratch[..<count]))
            return true
        }
        mayRead = false
        if count == 0 || (errno != EAGAIN && errno != EINTR) { close() }
        return false
    }

    private func discard() {
        while mayRead {
            let count = recv(descriptor, acceptor.scratch.baseAddress, acceptor.scratch.count, 0)
            discarded += max(0, count)
            if count > 0 && discarded <= HTTPConnection.discardLimit { continue }
            mayRead = false
            if count >= 0 || errno != EAGAIN { close() }
        }
    }

    // MARK: Time

    /// Gives each stage of a request its time, once, however slowly its bytes drip.
    private func watchStage() {
        let new: Stage = parser.isIdle ? (hasServed ? .idle : .head) : parser.isInHead ? .head : .body
        guard new != stage else { return }
        stage = new
        switch new {
        case .idle: setDeadline(acceptor.configuration.keepAliveTimeout)
        case .head: setDeadline(acceptor.configuration.headTimeout)
        case .body: setDeadline(acceptor.configuration.bodyTimeout)
        }
    }

    private func setDeadline(_ seconds: Double) {
        deadline = EventLoop.deadline(after: seconds, from: acceptor.loop.now)
        if let timer {
            // A timer that is early is cheaper than one that is moved at every request.
            guard timer.deadline > deadline else { return }
            acceptor.loop.cancel(timer)
        }
        setTimer()
    }

    private func setTimer() {
        timer = acceptor.loop.schedule(at: deadline) { [weak self] in
            guard let self else { return }
            timer = nil
            guard deadline != .max else { return }
            if acceptor.loop.now < deadline { setTimer() } else { expire() }
        }
    }

    private func expire() {
        if case .reading = phase, !parser.isIdle {
            refuse(HTTP1Refusal(408, "the request did not come in time"))
        } else {
            close()
        }
    }

    // MARK: Requests

    private func handle(_ message: HTTP1Request) {
        phase = .handling
        deadline = .max
        guard acceptor.admission.begin() else {
            let response = HTTPResponse(status: 503, fields: ["Retry-After": "1"])
            _ = send(response, to: message)
            return
        }
        var message = message
        message.request.peer = peer
        let task = Task.immediate(executorPreference: acceptor.loop) { [message] in
            let response = await self.acceptor.handler.respond(to: message.request)
            await self.answer(response, to: message)
            self.acceptor.admission.end()
        }
        if case .handling = phase { self.task = task }
    }

    private func answer(_ response: HTTPResponse, to message: HTTP1Request) async {
        guard let stream = send(response, to: message) else { return }
        self.stream = stream
        let isChunked = message.minorVersion == 1
        var isWhole = false
        do {
            while let chunk = try await stream.next() {
                guard case .handling = phase else { return }
                guard await write(chunk: chunk, isChunked: isChunked) else { return }
            }
            isWhole = true
        } catch {
            // The client learns from the missing last chunk that the body is not whole.
        }
        self.stream = nil
        guard case .handling = phase else { return }
        guard isWhole else {
            close()
            return
        }
        if isChunked { write(Array("0\r\n\r\n".utf8)) }
        complete(closes: !isChunked || !message.keepsAlive || acceptor.isDraining)
    }

    /// Writes a response, or its head where the body is a stream, which is then returned.
    private func send(_ response: HTTPResponse, to message: HTTP1Request) -> HTTPBodyStream? {
        guard case .handling = phase else {
            if case .stream(let stream) = response.body { stream.cancel() }
            return nil
        }
        var closes = !message.keepsAlive || acceptor.isDraining
        if let option = response.fields["Connection"], HTTPFields.equal(option, "close") { closes = true }
        let isBodiless = response.status == 204 || response.status == 304 || response.status < 200
        var body: [UInt8] = []
        var stream: HTTPBodyStream?
        var framing = HTTP1ResponseHead.Framing.none
        switch response.body {
        case .empty: if !isBodiless { framing = .length(0) }
        case .bytes(let bytes):
            if !isBodiless { framing = .length(bytes.count) }
            body = bytes
        case .stream(let source):
            if !isBodiless { framing = message.minorVersion == 1 ? .chunked : .untilClose }
            stream = source
        }
        if framing == .untilClose { closes = true }
        let head = HTTP1ResponseHead(
            status: response.status,
            fields: response.fields,
            framing: framing,
            closes: closes,
            minorVersion: message.minorVersion
        )
        guard head.isValid else {
            stream?.cancel()
            return send(.text("The response could not be written.\n", status: 500), to: message)
        }
        if isBodiless || message.request.method == "HEAD" {
            stream?.cancel()
            stream = nil
            body = []
        }
        var output: [UInt8] = []
        swap(&output, &acceptor.output)
        head.write(date: acceptor.dateLine, to: &output)
        if body.count <= HTTPConnection.copyLimit {
            output += body
            write(output)
        } else {
            write(output, body)
        }
        // Kept for the next response, unless it has grown beyond what a usual one needs.
        if output.capacity <= 2 * HTTPConnection.copyLimit {
            output.removeAll(keepingCapacity: true)
            swap(&output, &acceptor.output)
        }
        if stream == nil { complete(closes: closes) }
        return stream
    }

    /// Answers what cannot be read, and closes.
    private func refuse(_ refusal: HTTP1Refusal) {
        phase = .handling
        let message = HTTP1Request(request: HTTPRequest(), minorVersion: 1, keepsAlive: false)
        _ = send(.text(refusal.reason + "\n", status: refusal.status), to: message)
    }

    private func complete(closes: Bool) {
        task = nil
        guard pending.isEmpty else {
            phase = .writing(closes: closes)
            return
        }
        guard closes else {
            phase = .reading
            hasServed = true
            stage = .idle
            setDeadline(acceptor.configuration.keepAliveTimeout)
            advance()
            return
        }
        // Closing with unread input would reset the connection, and the client could lose the response.
        phase = .lingering
        shutdown(descriptor, Int32(SHUT_WR))
        setDeadline(HTTPConnection.lingerTime)
        mayRead = true
        discard()
    }

    // MARK: Writing

    /// Writes a chunk, and waits while the client is slow to take it; false when it has gone.
    private func write(chunk: [UInt8], isChunked: Bool) async -> Bool {
        if isChunked {
            var framed: [UInt8] = []
            framed.reserveCapacity(chunk.count + 12)
            HTTP1ResponseHead.appendChunkSize(chunk.count, to: &framed)
            framed += chunk
            framed.append(0x0D)
            framed.append(0x0A)
            write(framed)
        } else {
            write(chunk)
        }
        guard case .handling = phase else { return false }
        if pending.isEmpty { return true }
        return await withCheckedContinuation { writer = $0 }
    }

    private func write(_ bytes: [UInt8]) {
        var sent = 0
        if pending.isEmpty {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard let taken = check(count) else { return }
            sent = taken
        }
        if sent < bytes.count { wait(for: bytes[sent...]) }
    }

    private func write(_ head: [UInt8], _ body: [UInt8]) {
        var sent = 0
        if pending.isEmpty {
            let count = head.withUnsafeBytes { head in
                body.withUnsafeBytes { body in
                    var pieces = (
                        iovec(iov_base: UnsafeMutableRawPointer(mutating: head.baseAddress), iov_len: head.count),
                        iovec(iov_base: UnsafeMutableRawPointer(mutating: body.baseAddress), iov_len: body.count)
                    )
                    return withUnsafeMutableBytes(of: &pieces) { pieces in
                        var message = msghdr()
                        message.msg_iov = pieces.baseAddress?.assumingMemoryBound(to: iovec.self)
                        message.msg_iovlen = 2
                        return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
                    }
                }
            }
            guard let taken = check(count) else { return }
            sent = taken
        }
        if sent < head.count { wait(for: head[sent...]) }
        let fromBody = max(0, sent - head.count)
        if fromBody < body.count { wait(for: body[fromBody...]) }
    }

    /// The number of bytes that the kernel took; nil, and the connection closed, when it takes no more.
    private func check(_ count: Int) -> Int? {
        if count >= 0 { return count }
        if errno == EAGAIN || errno == EINTR { return 0 }
        close()
        return nil
    }

    private func wait(for bytes: ArraySlice<UInt8>) {
        if pending.isEmpty { setDeadline(acceptor.configuration.writeTimeout) }
        pending.append(bytes)
    }

    private func flush() {
        while let piece = pending.first {
            let count = piece.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard let sent = check(count) else { return }
            if sent > 0 { setDeadline(acceptor.configuration.writeTimeout) }
            guard sent == piece.count else {
                pending[0] = piece.dropFirst(sent)
                if sent == 0 { return }
                continue
            }
            pending.removeFirst()
        }
        deadline = .max
        if let writer = writer.take() {
            writer.resume(returning: true)
        } else if case .writing(let closes) = phase {
            complete(closes: closes)
        }
    }

    // MARK: Ending

    /// Ends the connection as soon as nothing is under way on it.
    func drain() {
        if case .reading = phase, parser.isIdle { close() }
    }

    /// Closes at once; a handler that still runs is cancelled.
    func close() {
        if case .closed = phase { return }
        phase = .closed
        acceptor.loop.unregister(descriptor)
        Glibc.close(descriptor)
        if let timer = timer.take() { acceptor.loop.cancel(timer) }
        pending = []
        task.take()?.cancel()
        stream.take()?.cancel()
        writer.take()?.resume(returning: false)
        acceptor.remove(self)
    }
}
