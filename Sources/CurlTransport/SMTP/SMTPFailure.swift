/// Why a mail was not handed over.
package struct SMTPFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is; a program acts on it.
    package enum Kind: Sendable, Hashable {
        /// There is no connection: no such host, nobody listens, or nothing came in time.
        case unreachable
        /// The connection is not encrypted, or the certificate is not trusted.
        case insecure
        /// The server does not accept the user and the password.
        case signIn
        /// The server refused the sender, a recipient or the message.
        case refused
        /// The connection was lost before the whole message was sent, so that the server must drop it.
        case interrupted
        /// The whole message may have been sent and no reply came: the server may have it.
        case unanswered
    }

    package var kind: Kind
    /// The server's last reply code (RFC 5321, section 4.2), where there was one.
    package var reply: Int?
    /// What the server or libcurl said; without secrets.
    package var text: String

    package init(_ kind: Kind, reply: Int? = nil, _ text: String) {
        self.kind = kind
        self.reply = reply
        self.text = text
    }

    package var description: String { text }
}
