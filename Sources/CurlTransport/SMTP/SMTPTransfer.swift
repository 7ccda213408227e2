import Basics
import CCurl
import EventLoops
import HTTP

/// One message on its way to a mail server.
///
/// Sendable because every method but ``abort()`` runs on the driver's loop. libcurl's callbacks get this object
/// unretained; the driver's table of transfers in flight keeps it until the handle is removed.
final class SMTPTransfer: DrivenTransfer, @unchecked Sendable {
    struct Letter: Sendable {
        var sender: String
        var recipients: [String]
        var message: [UInt8]
    }

    private let letter: Letter
    private let server: SMTPServer
    private let driver: CurlDriver
    private let closing: AbortFlag
    private let aborted = AbortFlag()
    private var handle: EasyHandle?
    private var given = 0
    private var dialogue = SMTPDialogue()
    private var continuation: CheckedContinuation<Void, any Error>?

    init(_ letter: Letter, server: SMTPServer, driver: CurlDriver, closing: AbortFlag) {
        self.letter = letter
        self.server = server
        self.driver = driver
        self.closing = closing
    }

    // MARK: Starting

    func start(_ continuation: CheckedContinuation<Void, any Error>) {
        guard !isGivenUp, let handle = driver.takeHandle() else {
            let text = isGivenUp ? "sending was cancelled" : "the transport is shut down or out of memory"
            continuation.resume(throwing: SMTPFailure(.unreachable, text))
            return
        }
        self.continuation = continuation
        self.handle = handle
        guard configure(handle), driver.add(self, handle) else {
            finish(.failure(SMTPFailure(.unreachable, "libcurl refused the message")))
            return
        }
    }

    private func configure(_ handle: EasyHandle) -> Bool {
        handle.prepareErrors()
        handle.set(CURLOPT_URL, server.url)
        handle.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        handle.set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        handle.set(CURLOPT_NOSIGNAL, 1)
        handle.set(CURLOPT_SSL_VERIFYPEER, 1)
        handle.set(CURLOPT_SSL_VERIFYHOST, 2)
        handle.set(CURLOPT_USE_SSL, Int((server.requiresTLS ? CURLUSESSL_ALL : CURLUSESSL_TRY).rawValue))
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, Int(server.connectTimeout * 1000))
        handle.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, max(1, Int(server.replyTimeout)))
        handle.set(CURLOPT_TIMEOUT_MS, Int(server.totalTimeout * 1000))
        // A connection that has rested may be dead, and libcurl would find out in the middle of a message.
        handle.set(CURLOPT_FRESH_CONNECT, 1)
        handle.set(CURLOPT_FORBID_REUSE, 1)
        // An empty proxy keeps libcurl from looking at the environment.
        handle.set(CURLOPT_PROXY, "")
        if let file = server.certificateFile { handle.set(CURLOPT_CAINFO, file) }
        if let user = server.user { handle.set(CURLOPT_USERNAME, user) }
        if let password = server.password { handle.set(CURLOPT_PASSWORD, password.reveal()) }
        handle.set(CURLOPT_MAIL_FROM, "<\(letter.sender)>")
        guard handle.setRecipients(letter.recipients.map { "<\($0)>" }) else { return false }
        handle.set(CURLOPT_UPLOAD, 1)
        handle.setOffset(CURLOPT_INFILESIZE_LARGE, letter.message.count)
        handle.set(CURLOPT_NOPROGRESS, 0)
        let own = Unmanaged.passUnretained(self).toOpaque()
        ccurl_easy_setopt_transfer(handle.raw, CURLOPT_READFUNCTION, SMTPTransfer.messageWanted)
        handle.setPointer(CURLOPT_READDATA, own)
        ccurl_easy_setopt_transfer(handle.raw, CURLOPT_HEADERFUNCTION, SMTPTransfer.lineReceived)
        handle.setPointer(CURLOPT_HEADERDATA, own)
        // Without a function of ours libcurl would print what a server sends out of turn.
        ccurl_easy_setopt_transfer(handle.raw, CURLOPT_WRITEFUNCTION, SMTPTransfer.lineReceived)
        handle.setPointer(CURLOPT_WRITEDATA, own)
        ccurl_easy_setopt_progress(handle.raw, SMTPTransfer.progressed)
        handle.setPointer(CURLOPT_XFERINFODATA, own)
        ccurl_easy_setopt_seek(handle.raw) { _, _, _ in CURL_SEEKFUNC_FAIL }
        return true
    }

    // MARK: Ending

    private var isGivenUp: Bool { aborted.isRaised || closing.isRaised }

    /// Gives up, from any thread; within a second even while libcurl waits in place.
    func abort() {
        aborted.raise()
        driver.loop.execute { self.cancel() }
    }

    func cancel() {
        guard handle != nil else { return }
        finish(.failure(dialogue.failure(.unreachable, "sending was cancelled")))
    }

    func finished(_ code: CURLcode) {
        // What counts is that the server has the message; a good-bye that fails changes nothing.
        if dialogue.isAccepted {
            finish(.success(()))
            return
        }
        let text = isGivenUp ? "sending was cancelled" : handle?.errorText(code) ?? ""
        finish(.failure(dialogue.failure(SMTPTransfer.kind(code), text)))
    }

    private func finish(_ outcome: Result<Void, SMTPFailure>) {
        guard let handle = handle.take(), let continuation = continuation.take() else { return }
        driver.remove(handle)
        continuation.resume(with: outcome.mapError { $0 as any Error })
    }

    private static func kind(_ code: CURLcode) -> SMTPFailure.Kind {
        switch code {
        case CURLE_LOGIN_DENIED, CURLE_AUTH_ERROR: .signIn
        case CURLE_USE_SSL_FAILED: .insecure
        default: CurlFailure.code(code) == .tlsFailed ? .insecure : .unreachable
        }
    }

    // MARK: Callbacks

    private static func transfer(_ context: UnsafeMutableRawPointer?) -> SMTPTransfer? {
        context.map { Unmanaged<SMTPTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private static let lineReceived: curl_read_callback = { bytes, size, count, context in
        transfer(context)?.dialogue.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
        return size * count
    }

    private static let progressed: curl_xferinfo_callback = { context, _, _, _, _ in
        transfer(context)?.isGivenUp == true ? 1 : 0
    }

    private static let messageWanted: curl_read_callback = { buffer, size, count, context in
        guard let transfer = transfer(context), let buffer else { return Int(CURL_READFUNC_ABORT) }
        return transfer.give(UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
    }

    private func give(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, letter.message.count - given)
        letter.message.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[given..<given + count]))
        }
        given += count
        if given == letter.message.count { dialogue.isAllGiven = true }
        return count
    }
}
