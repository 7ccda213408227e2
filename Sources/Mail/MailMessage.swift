package import Basics
import Tools

/// An e-mail, complete and checked: whatever is in it, it is one message with the headers that it should have.
package struct MailMessage: Sendable, Hashable {
    /// What it says.
    package enum Body: Sendable, Hashable {
        case text(String)
        /// Sent as the text itself and as HTML made from it.
        case markdown(String)
    }

    /// Whom it is for.
    package struct Recipients: Sendable, Hashable {
        package var to: [MailAddress]
        package var cc: [MailAddress]
        package var bcc: [MailAddress]

        package init(to: [MailAddress], cc: [MailAddress] = [], bcc: [MailAddress] = []) {
            self.to = to
            self.cc = cc
            self.bcc = bcc
        }

        /// Every address once, in order.
        package var all: [MailAddress] {
            var seen: Set<String> = []
            return (to + cc + bcc).filter { seen.insert($0.key).inserted }
        }
    }

    /// The most addresses of one message; RFC 5321 lets servers stop there.
    package static let mostRecipients = 100
    /// The most bytes of a message as it is sent.
    package static let largest = 10 << 20
    private static let longestSubject = 1000
    private static let boundary = "=_switchboard_part"

    package let sender: MailAddress
    package let recipients: Recipients
    package let replyTo: MailAddress?
    package let subject: String
    package let body: Body
    package let date: Timestamp
    /// What the message is recognised by, without its angle brackets.
    package let identifier: String

    /// Checks what a message is made of.
    ///
    /// - Parameters:
    ///   - identifier: The part of the message id before the at sign: letters, digits, dots and hyphens.
    /// - Throws: ``MailError`` with code `invalid` that says what is wrong.
    package init(
        sender: MailAddress,
        recipients: Recipients,
        replyTo: MailAddress? = nil,
        subject: String,
        body: Body,
        date: Timestamp,
        identifier: String
    ) throws(MailError) {
        func invalid(_ text: String) -> MailError { MailError(.invalid, text, outcome: .notExecuted) }
        guard !recipients.to.isEmpty else { throw invalid("A message needs an address in to.") }
        guard recipients.all.count <= MailMessage.mostRecipients else {
            throw invalid("A message can go to \(MailMessage.mostRecipients) addresses at most, cc and bcc included.")
        }
        guard MailText.isOneLine(subject) else {
            throw invalid("The subject has a line break or another control character; give one line.")
        }
        guard !subject.isEmpty, subject.utf8.count <= MailMessage.longestSubject else {
            throw invalid("The subject must have 1 to \(MailMessage.longestSubject) bytes.")
        }
        guard !identifier.isEmpty, identifier.utf8.count <= 128, identifier.utf8.allSatisfy(MailMessage.isIdentifier)
        else { throw invalid("The message id has a character that it cannot have.") }
        self.sender = sender
        self.recipients = recipients
        self.replyTo = replyTo
        self.subject = subject
        self.body = body
        self.date = date
        self.identifier = identifier + "@" + sender.domain
    }

    /// The message with its envelope.
    ///
    /// Addresses in bcc are in the envelope only.
    ///
    /// - Throws: ``MailError`` with code `invalid` when it is larger than ``largest``.
    package func envelope() throws(MailError) -> MailEnvelope {
        let message = compose()
        guard message.count <= MailMessage.largest else {
            throw MailError(
                .invalid,
                "The message has \(message.count) bytes, more than \(MailMessage.largest); shorten it.",
                outcome: .notExecuted
            )
        }
        return MailEnvelope(
            sender: sender.address,
            recipients: recipients.all.map(\.address),
            message: message
        )
    }

    /// The message as RFC 5322 and MIME have it, lines of at most 998 bytes ended by CR LF.
    package func compose() -> [UInt8] {
        var head = "Date: \(MailText.date(date))\r\n"
        head += MailText.addresses("From", [sender])
        head += MailText.addresses("To", recipients.to)
        if !recipients.cc.isEmpty { head += MailText.addresses("Cc", recipients.cc) }
        if let replyTo { head += MailText.addresses("Reply-To", [replyTo]) }
        head += MailText.unstructured("Subject", subject)
        head += "Message-ID: <\(identifier)>\r\n"
        // Keeps absence notes and other programs from answering (RFC 3834).
        head += "Auto-Submitted: auto-generated\r\n"
        head += "MIME-Version: 1.0\r\n"
        switch body {
        case .text(let text): return Array(head.utf8) + part("plain", text)
        case .markdown(let text):
            head += "Content-Type: multipart/alternative;\r\n boundary=\"\(MailMessage.boundary)\"\r\n\r\n"
            // No encoded part can have the boundary's first two characters (RFC 2045, section 6.7).
            let mark = Array("--\(MailMessage.boundary)".utf8)
            let line: [UInt8] = [0x0D, 0x0A]
            var message = Array(head.utf8)
            message += mark + line + part("plain", text)
            message += line + mark + line + part("html", MarkdownHTML.document(text))
            return message + line + mark + Array("--\r\n".utf8)
        }
    }

    private func part(_ kind: String, _ text: String) -> [UInt8] {
        let (encoding, bytes) = MailText.body(text)
        let head =
            "Content-Type: text/\(kind); charset=utf-8\r\nContent-Transfer-Encoding: \(encoding)\r\n\r\n"
        return Array(head.utf8) + bytes
    }

    private static func isIdentifier(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte >= 0x41 && byte <= 0x5A || byte >= 0x61 && byte <= 0x7A || byte == 0x2D
            || byte == 0x2E
    }
}

extension MailMessage {
    /// The HTML that ``Body/markdown(_:)`` is sent as besides the text, without its frame; empty for a plain text.
    package var html: String {
        if case .markdown(let text) = body { MarkdownHTML.content(text) } else { "" }
    }
}
