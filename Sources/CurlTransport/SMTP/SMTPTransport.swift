import Basics
import EventLoops
import HTTP

/// Hands mail over to one server with libcurl.
///
/// It has an event loop of its own: libcurl waits in place for the reply to a message and for the good-bye, and nothing
/// else may wait with it.
package final class SMTPTransport: Sendable {
    private let server: SMTPServer
    private let loops: EventLoopGroup
    private let driver: CurlDriver
    private let closing = AbortFlag()

    /// A transport to a server; no connection is made yet.
    ///
    /// - Throws: ``SMTPFailure`` with kind `unreachable` when the machine gives no thread, or libcurl cannot be set up.
    package init(server: SMTPServer) throws(SMTPFailure) {
        guard CurlLibrary.isReady else { throw SMTPFailure(.unreachable, "libcurl cannot be set up") }
        do {
            let loops = try EventLoopGroup()
            driver = try CurlDriver(loop: loops.loops[0], configuration: CurlTransportConfiguration())
            self.loops = loops
        } catch {
            throw SMTPFailure(.unreachable, "the event loop for mail cannot be started: \(error)")
        }
        self.server = server
    }

    /// Sends one message to all of its recipients, or to none.
    ///
    /// - Parameters:
    ///   - sender: The address that failures are reported to; without angle brackets, as are the recipients.
    ///   - recipients: At least one.
    ///   - message: In the format of RFC 5322, lines ended by CR LF.
    /// - Throws: ``SMTPFailure``; only `unanswered` leaves open whether the server has the message.
    package func send(sender: String, recipients: [String], message: [UInt8]) async throws(SMTPFailure) {
        // These go into command lines.
        for address in recipients + [sender] where !SMTPTransport.isHarmless(address) {
            throw SMTPFailure(.refused, "an address has characters that a mail server must not be sent")
        }
        guard !recipients.isEmpty else { throw SMTPFailure(.refused, "a message needs a recipient") }
        let letter = SMTPTransfer.Letter(sender: sender, recipients: recipients, message: message)
        let transfer = SMTPTransfer(letter, server: server, driver: driver, closing: closing)
        do {
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    driver.loop.perform { transfer.start(continuation) }
                }
            } onCancel: {
                transfer.abort()
            }
        } catch {
            throw error as? SMTPFailure ?? SMTPFailure(.unanswered, "\(error)")
        }
    }

    /// Breaks off what is under way, and ends the loop.
    package func shutDown() async {
        closing.raise()
        await withCheckedContinuation { continuation in
            driver.loop.perform {
                self.driver.shutDown()
                continuation.resume()
            }
        }
        await loops.stop()
    }

    private static func isHarmless(_ address: String) -> Bool {
        !address.isEmpty && address.utf8.count <= 320
            && address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3C && $0 != 0x3E }
    }
}
