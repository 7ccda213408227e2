import CurlTransport
import Mail
import Tools

/// Sends mail through a server, and says what a failure means.
struct SMTPMail: MailTransport {
    private let transport: SMTPTransport
    private let server: String

    init(_ transport: SMTPTransport, server: String) {
        self.transport = transport
        self.server = server
    }

    func send(_ envelope: MailEnvelope) async throws(MailError) -> String? {
        do {
            try await transport.send(
                sender: envelope.sender,
                recipients: envelope.recipients,
                message: envelope.message
            )
            return nil
        } catch {
            throw explained(error)
        }
    }

    private func explained(_ failure: SMTPFailure) -> MailError {
        let reply = failure.reply.map { "\($0) \(failure.text)" } ?? failure.text
        return switch failure.kind {
        case .unreachable:
            MailError(
                .unreachable,
                "The mail server \(server) cannot be reached, so nothing was sent: \(reply). Check SWITCHBOARD_SMTP_URL.",
                outcome: .notExecuted
            )
        case .insecure:
            MailError(
                .unreachable,
                "The mail server \(server) offers no encryption that can be trusted, so nothing was sent: \(reply). "
                    + "Where its certificate is the company's own, name the authority in SWITCHBOARD_SMTP_CA_FILE.",
                outcome: .notExecuted
            )
        case .signIn:
            MailError(
                .refused,
                "The mail server \(server) does not accept the user and password (\(failure.reply ?? 0)), so nothing was "
                    + "sent. Check SWITCHBOARD_SMTP_USER and SWITCHBOARD_SMTP_PASSWORD.",
                outcome: .failed
            )
        case .refused:
            MailError(
                .refused,
                "The mail server refused the message, and nobody gets it: \(reply). "
                    + (400..<500 ~= failure.reply ?? 0 ? "It may take it later." : "Correct what it names."),
                outcome: .failed
            )
        case .interrupted:
            MailError(
                .unreachable,
                "The connection to \(server) was lost before the message was complete, so nobody gets it: \(reply).",
                outcome: .failed
            )
        case .unanswered:
            MailError(
                .unreachable,
                "The message was handed to \(server) and no answer came: \(reply). Whether it was sent is not known.",
                outcome: .unknown
            )
        }
    }
}
