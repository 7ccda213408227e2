import Basics
import Glibc
import Mail
import Storage
import Tools

/// Keeps mail in a folder instead of sending it.
struct Outbox: MailTransport {
    let folder: String

    func send(_ envelope: MailEnvelope) async throws(MailError) -> String? {
        let path = "\(folder)/\(Identifier.make("mail")).eml"
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw failure("\(folder) cannot be made: \(String(cString: strerror(errno)))")
        }
        do {
            try DataFolder.writePrivate(envelope.message, to: path)
        } catch {
            throw failure("\(error)")
        }
        return "The sandbox sends no mail. This one is kept in \(path)."
    }

    private func failure(_ text: String) -> MailError {
        MailError(.unreachable, "The message could not be kept, and nothing was sent: \(text).", outcome: .notExecuted)
    }
}
