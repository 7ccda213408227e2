/// Hands a message over to a mail server.
package protocol MailTransport: Sendable {
    /// Sends one message and returns when the server has taken responsibility for it.
    ///
    /// - Returns: What the sender should know besides, such as that the message went nowhere; nil for nothing.
    /// - Throws: ``MailError``; its `outcome` says whether the server may have taken the message all the same.
    func send(_ envelope: MailEnvelope) async throws(MailError) -> String?
}

/// A message as a mail server sees it (RFC 5321): who sends, who receives, and the bytes of the message.
package struct MailEnvelope: Sendable, Hashable {
    package var sender: String
    package var recipients: [String]
    /// The message in the format of RFC 5322, lines ended by CR LF.
    package var message: [UInt8]

    package init(sender: String, recipients: [String], message: [UInt8]) {
        self.sender = sender
        self.recipients = recipients
        self.message = message
    }
}
