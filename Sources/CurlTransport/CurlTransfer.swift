import CCurl
import EventLoops
import HTTP

/// One request on its way: what is sent, what has come back, and who waits for it.
///
/// Sendable because every method runs on the driver's loop. libcurl's callbacks get this object unretained; the
/// driver's table of transfers in flight keeps it until the handle is removed.
final class CurlTransfer: DrivenTransfer, @unchecked Sendable {
    /// The smallest upload buffer that libcurl accepts.
    private static let smallUpload = 16 << 10

    private let request: HTTPRequest
    private let body: [UInt8]
    private let options: HTTPRequestOptions
    private let driver: CurlDriver
    private var handle: EasyHandle?
    private var uploaded = 0
    private var head = ResponseHeadReader()
    private var received: [UInt8] = []
    private var receivedTotal = 0
    private var isPaused = false
    private var isCancelled = false
    /// What a callback found wrong; libcurl itself only knows that the callback gave up.
    private var refusal: HTTPError?
    private var response: CheckedContinuation<HTTPResponse, any Error>?
    private var reader: CheckedContinuation<[UInt8]?, any Error>?
    /// How a streamed body ended; nil while it is coming.
    private var outcome: Result<Void, HTTPError>?
    private var lastActivity: UInt64 = 0
    private var end: UInt64 = .max
    private var timer: LoopTimer?

    init(request: HTTPRequest, body: [UInt8], options: HTTPRequestOptions, driver: CurlDriver) {
        self.request = request
        self.body = body
        self.options = options
        self.driver = driver
    }

    // MARK: Starting

    func start(_ continuation: CheckedContinuation<HTTPResponse, any Error>) {
        guard !isCancelled else {
            continuation.resume(throwing: HTTPError(.cancelled, "the request was cancelled", nothingSent: true))
            return
        }
        guard let handle = driver.takeHandle() else {
            let error = HTTPError(.other, "the transport is shut down or out of memory", nothingSent: true)
            continuation.resume(throwing: error)
            return
        }
        response = continuation
        self.handle = handle
        configure(handle)
        let now = driver.loop.now
        lastActivity = now
        end = EventLoop.deadline(after: options.totalTimeout, from: now)
        setTimer()
        if !driver.add(self, handle) { fail(HTTPError(.other, "libcurl refused the request", nothingSent: true)) }
    }

    private func configure(_ handle: EasyHandle) {
        let configuration = driver.configuration
        handle.prepareErrors()
        handle.set(CURLOPT_URL, request.url)
        handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
        handle.set(CURLOPT_PATH_AS_IS, 1)
        handle.set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        handle.set(CURLOPT_NOSIGNAL, 1)
        handle.set(CURLOPT_FOLLOWLOCATION, 0)
        handle.set(CURLOPT_SSL_VERIFYPEER, 1)
        handle.set(CURLOPT_SSL_VERIFYHOST, 2)
        handle.set(CURLOPT_TCP_KEEPALIVE, 1)
        handle.set(CURLOPT_MAXAGE_CONN, configuration.maximumIdleAge)
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, Int(min(options.connectTimeout, 1e6) * 1000))
        handle.set(
            CURLOPT_HTTP_VERSION,
            Int(configuration.allowsHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1)
        )
        // An empty proxy keeps libcurl from looking at the environment.
        handle.set(CURLOPT_PROXY, configuration.proxy ?? "")
        if let file = configuration.certificateFile { handle.set(CURLOPT_CAINFO, file) }
        if let path = options.unixSocket { handle.set(CURLOPT_UNIX_SOCKET_PATH, path) }
        setMethod(handle)
        setFields(handle)
        let own = Unmanaged.passUnretained(self).toOpaque()
        ccurl_easy_setopt_transfer(handle.raw, CURLOPT_HEADERFUNCTION, CurlTransfer.headerReceived)
        handle.setPointer(CURLOPT_HEADERDATA, own)
        ccurl_easy_setopt_transfer(handle.raw, CURLOPT_WRITEFUNCTION, CurlTransfer.bodyReceived)
        handle.setPointer(CURLOPT_WRITEDATA, own)
    }

    /// libcurl sends a request again by itself when a kept connection turns out to be dead, whatever the method.
    ///
    /// A body that it must read from us, and cannot read twice, makes that an error instead; without a body only a new
    /// connection does.
    private func setMethod(_ handle: EasyHandle) {
        let isSafe = request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS"
        let mayRepeat = options.mayRepeat || (isSafe && body.isEmpty)
        if body.isEmpty {
            switch request.method {
            case "GET": handle.set(CURLOPT_HTTPGET, 1)
            case "HEAD": handle.set(CURLOPT_NOBODY, 1)
            case "POST", "PUT", "PATCH":
                handle.set(CURLOPT_POST, 1)
                handle.setOffset(CURLOPT_POSTFIELDSIZE_LARGE, 0)
                handle.set(CURLOPT_COPYPOSTFIELDS, "")
                handle.set(CURLOPT_CUSTOMREQUEST, request.method)
            default:
                handle.set(CURLOPT_HTTPGET, 1)
                handle.set(CURLOPT_CUSTOMREQUEST, request.method)
            }
            if !mayRepeat { handle.set(CURLOPT_FRESH_CONNECT, 1) }
            return
        }
        handle.set(CURLOPT_POST, 1)
        handle.setOffset(CURLOPT_POSTFIELDSIZE_LARGE, body.count)
        handle.set(CURLOPT_CUSTOMREQUEST, request.method)
        if mayRepeat {
            body.withUnsafeBytes {
                handle.setPointer(CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: $0.baseAddress))
            }
        } else {
            let own = Unmanaged.passUnretained(self).toOpaque()
            ccurl_easy_setopt_transfer(handle.raw, CURLOPT_READFUNCTION, CurlTransfer.bodyWanted)
            handle.setPointer(CURLOPT_READDATA, own)
            // libcurl allocates this buffer for each transfer; its default of 64 KiB makes malloc tidy up every time.
            if body.count <= CurlTransfer.smallUpload {
                handle.set(CURLOPT_UPLOAD_BUFFERSIZE, CurlTransfer.smallUpload)
            }
            ccurl_easy_setopt_seek(handle.raw, { _, _, _ in CURL_SEEKFUNC_FAIL })
        }
    }

    private func setFields(_ handle: EasyHandle) {
        var hasType = false
        var hasAccept = false
        for field in request.fields {
            switch field.name.utf8.count {
            case 6 where HTTPFields.equal(field.name, "accept"): hasAccept = true
            // libcurl frames the message itself, and never waits for permission to send a body.
            case 6 where HTTPFields.equal(field.name, "expect"): continue
            case 12 where HTTPFields.equal(field.name, "content-type"): hasType = true
            case 14 where HTTPFields.equal(field.name, "content-length"): continue
            case 17 where HTTPFields.equal(field.name, "transfer-encoding"): continue
            default: break
            }
            // A name with a semicolon is libcurl's way to send a field without a value.
            handle.addField(field.value.isEmpty ? field.name + ";" : field.name + ": " + field.value)
        }
        handle.addField("Expect:")
        if !hasAccept { handle.addField("Accept:") }
        if !hasType { handle.addField("Content-Type:") }
        handle.applyFields()
    }

    // MARK: Time

    private func setTimer() {
        var deadline = end
        // While nobody reads the stream the other side cannot send.
        if !isPaused {
            deadline = min(deadline, EventLoop.deadline(after: options.idleTimeout, from: lastActivity))
        }
        timer = driver.loop.schedule(at: deadline) { [weak self] in self?.checkTime() }
    }

    private func checkTime() {
        timer = nil
        let now = driver.loop.now
        if now >= end {
            expire("did not answer completely within \(CurlTransfer.text(options.totalTimeout))")
        } else if !isPaused, now >= EventLoop.deadline(after: options.idleTimeout, from: lastActivity) {
            expire("sent nothing for \(CurlTransfer.text(options.idleTimeout))")
        } else {
            setTimer()
        }
    }

    private func expire(_ what: String) {
        fail(HTTPError(.timeout, "\(request.authority) \(what)", nothingSent: hasSentNothing))
    }

    private static func text(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
    }

    /// Whether libcurl has not put a byte of the request on any connection.
    private var hasSentNothing: Bool {
        handle.map { $0.number(CURLINFO_REQUEST_SIZE) == 0 } ?? true
    }

    // MARK: Receiving

    private func take(header line: UnsafeRawBufferPointer) -> Bool {
        lastActivity = driver.loop.now
        guard head.take(line) else {
            refusal = HTTPError(.malformed, "\(request.authority) did not answer in HTTP")
            return false
        }
        guard head.size <= driver.configuration.maximumHeaderSize, head.size <= options.maximumResponseSize else {
            refusal = HTTPError(.malformed, "the response of \(request.authority) has too long a header")
            return false
        }
        if head.isComplete, options.streams { deliverStream() }
        return true
    }

    private enum Taken {
        case all, pause, none
    }

    private func take(body bytes: UnsafeRawBufferPointer) -> Taken {
        lastActivity = driver.loop.now
        if options.streams, reader == nil, !received.isEmpty,
            received.count + bytes.count > driver.configuration.streamBuffer
        {
            isPaused = true
            return .pause
        }
        receivedTotal += bytes.count
        guard receivedTotal + head.size <= options.maximumResponseSize else {
            let limit = options.maximumResponseSize
            refusal = HTTPError(.bodyTooLarge, "the response of \(request.authority) is longer than \(limit) bytes")
            return .none
        }
        if received.isEmpty, !options.streams, let length = head.fields["Content-Length"].flatMap({ Int($0) }) {
            received.reserveCapacity(min(length, 1 << 20))
        }
        received.append(contentsOf: bytes)
        if let reader = reader.take() { deliver(to: reader) }
        return .all
    }

    private func deliverStream() {
        guard let continuation = response.take() else { return }
        let ticket = StreamTicket { [driver] in driver.loop.execute { self.cancel() } }
        let stream = HTTPBodyStream(
            next: { try await self.next(ticket) },
            cancel: { ticket.cancel() }
        )
        continuation.resume(
            returning: HTTPResponse(status: head.status, fields: head.fields, body: .stream(stream))
        )
    }

    private func next(_ ticket: StreamTicket) async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                driver.loop.perform { self.read(continuation) }
            }
        } onCancel: {
            ticket.cancel()
        }
    }

    private func read(_ continuation: CheckedContinuation<[UInt8]?, any Error>) {
        if !received.isEmpty {
            deliver(to: continuation)
            return
        }
        if let outcome {
            continuation.resume(with: outcome.map { nil as [UInt8]? }.mapError { $0 as any Error })
            return
        }
        guard reader == nil else {
            continuation.resume(throwing: HTTPError(.other, "a stream has one reader"))
            return
        }
        reader = continuation
        resumeReceiving()
    }

    private func deliver(to reader: CheckedContinuation<[UInt8]?, any Error>) {
        let chunk = received
        received = []
        reader.resume(returning: chunk)
        resumeReceiving()
    }

    private func resumeReceiving() {
        guard isPaused else { return }
        isPaused = false
        lastActivity = driver.loop.now
        if let timer = timer.take() { driver.loop.cancel(timer) }
        setTimer()
        // Not from here: the reader may be in the middle of one of libcurl's callbacks.
        driver.loop.execute {
            guard let handle = self.handle else { return }
            curl_easy_pause(handle.raw, CURLPAUSE_CONT)
            self.driver.drive()
        }
    }

    // MARK: Ending

    /// Gives up; the connection is closed, so that the other side sees it.
    func cancel() {
        isCancelled = true
        guard handle != nil else { return }
        fail(HTTPError(.cancelled, "the request was cancelled", nothingSent: hasSentNothing))
    }

    /// Called when libcurl is done.
    func finished(_ code: CURLcode) {
        if code == CURLE_OK, head.isComplete {
            finish(.success(()))
            return
        }
        if var refusal {
            refusal.nothingSent = false
            fail(refusal)
            return
        }
        // libcurl would only say that it could not read the body a second time.
        let text =
            code == CURLE_SEND_FAIL_REWIND
            ? "the connection was lost before an answer came" : handle?.errorText(code) ?? ""
        let kind: HTTPError.Code = code == CURLE_OK ? .malformed : CurlFailure.code(code)
        fail(HTTPError(kind, "\(request.method) to \(request.authority): \(text)", nothingSent: hasSentNothing))
    }

    private func fail(_ error: HTTPError) {
        finish(.failure(error))
    }

    private func finish(_ outcome: Result<Void, HTTPError>) {
        guard let handle = handle.take() else { return }
        if let timer = timer.take() { driver.loop.cancel(timer) }
        self.outcome = outcome
        driver.remove(handle)
        if let response = response.take() {
            switch outcome {
            case .success:
                let body: HTTPBody = received.isEmpty ? .empty : .bytes(received)
                received = []
                response.resume(returning: HTTPResponse(status: head.status, fields: head.fields, body: body))
            case .failure(let error): response.resume(throwing: error)
            }
        } else if let reader = reader.take() {
            reader.resume(with: outcome.map { nil as [UInt8]? }.mapError { $0 as any Error })
        }
    }

    // MARK: Callbacks

    private static func transfer(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
        context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private static let headerReceived: curl_read_callback = { bytes, size, count, context in
        guard let transfer = transfer(context) else { return 0 }
        return transfer.take(header: UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }

    private static let bodyReceived: curl_read_callback = { bytes, size, count, context in
        guard let transfer = transfer(context) else { return 0 }
        switch transfer.take(body: UnsafeRawBufferPointer(start: bytes, count: size * count)) {
        case .all: return size * count
        case .pause: return Int(CURL_WRITEFUNC_PAUSE)
        case .none: return 0
        }
    }

    private static let bodyWanted: curl_read_callback = { buffer, size, count, context in
        guard let transfer = transfer(context), let buffer else { return Int(CURL_READFUNC_ABORT) }
        return transfer.give(UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
    }

    private func give(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        lastActivity = driver.loop.now
        let count = min(buffer.count, body.count - uploaded)
        body.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[uploaded..<uploaded + count]))
        }
        uploaded += count
        return count
    }
}
