package import Basics
import Cryptography
import JSON
package import Tools

/// The tool that sends e-mail.
package struct SendEmail: WriteRecovery, AccountFreeToolProvider {
    package static let name = "send_email"
    /// The toolkit under which workflow files name the connection.
    package static let toolkit = "mail"
    /// The argument that carries the ledger's mark; no schema has it, so nobody else can set it.
    private static let mark = "(mark)"

    /// What the tool needs to send anything.
    package struct Service: Sendable {
        package var transport: any MailTransport
        package var sender: MailAddress
        /// The name of the connection in the write ledger.
        package var connection: String
        package var clock: any WallClock

        package init(
            transport: any MailTransport,
            sender: MailAddress,
            connection: String,
            clock: any WallClock
        ) {
            self.transport = transport
            self.sender = sender
            self.connection = connection
            self.clock = clock
        }
    }

    private let service: Service?
    private let schema = JSONSchema(specification.inputSchema)

    /// The tool; without a service it is not offered, and a call says what to set.
    package init(_ service: Service?) {
        self.service = service
    }

    /// What there is to know about the tool before it is called.
    package static let specification = ToolSpecification(
        name: name,
        title: "Send E-mail",
        description: """
            Sends one e-mail through the company's mail server. Use it for reminders and reports to colleagues. It leaves \
            the system at once and cannot be taken back. Returns the message id and the addresses that were accepted.
            """,
        toolkit: toolkit,
        tags: ["mail"],
        effect: .send,
        inputSchema: [
            "type": "object", "additionalProperties": false, "required": ["to", "subject"],
            "properties": [
                "to": addresses("Addresses of the people it is for."),
                "subject": ["type": "string", "minLength": 1, "maxLength": 300, "description": "One line."],
                "markdown": [
                    "type": "string", "maxLength": 1_000_000,
                    "description": "The message in Markdown; give this or text.",
                ],
                "text": [
                    "type": "string", "maxLength": 1_000_000, "description": "The message as plain text.",
                ],
                "cc": addresses("Addresses that get a copy which everybody sees."),
                "bcc": addresses("Addresses that get a copy which nobody sees."),
                "reply_to": ["type": "string", "format": "email", "description": "Where answers go."],
            ],
        ]
    )

    package var tools: [ToolSpecification] {
        var tool = SendEmail.specification
        tool.isDormant = service == nil
        return [tool]
    }

    // MARK: Calls

    package func call(_ call: ToolCall) async -> ToolResult {
        do throws(MailError) {
            let (service, message) = try message(call)
            let envelope = try message.envelope()
            let note = try await service.transport.send(envelope)
            var object: JSONObject = [
                "id": .string(message.identifier),
                "accepted": .array(envelope.recipients.map { .string($0) }),
            ]
            if let note { object["note"] = .string(note) }
            return ToolResult(.object(object), origin: .ats)
        } catch {
            return error.result
        }
    }

    package func prepare(_ call: ToolCall) async -> WritePreparation {
        do throws(MailError) {
            guard call.arguments[SendEmail.mark] == nil else { throw SendEmail.invalid("There is no argument (mark).") }
            let (service, message) = try message(call)
            _ = try message.envelope()
            return .ready(WriteRules(connection: service.connection, takesMark: true))
        } catch {
            return .refused(error.result)
        }
    }

    /// The mark becomes part of the message id, by which a person who looks finds the message.
    package func marked(_ call: ToolCall, with mark: String) -> ToolCall {
        var marked = call
        marked.arguments[SendEmail.mark] = .string(mark)
        return marked
    }

    package func find(_ write: SentWrite) async -> WriteFinding {
        .cannotTell("a mail that was sent cannot be looked up")
    }

    private func message(_ call: ToolCall) throws(MailError) -> (Service, MailMessage) {
        guard let service else {
            throw MailError(
                .notConfigured,
                "No mail server is set up, so nothing was sent. Set SWITCHBOARD_SMTP_URL (such as "
                    + "smtp://mail.example.com:587) and SWITCHBOARD_MAIL_FROM, with SWITCHBOARD_SMTP_USER and "
                    + "SWITCHBOARD_SMTP_PASSWORD where the server asks for them, and start again.",
                outcome: .notExecuted
            )
        }
        var arguments = call.arguments
        let mark = arguments[SendEmail.mark]?.string
        arguments[SendEmail.mark] = nil
        let issues = schema.issues(in: .object(arguments), limit: 4)
        guard issues.isEmpty else {
            throw SendEmail.invalid("\(SendEmail.name): " + issues.map { "\($0)" }.joined(separator: "; ") + ".")
        }
        let body: MailMessage.Body
        switch (arguments["markdown"]?.string, arguments["text"]?.string) {
        case (let markdown?, nil): body = .markdown(markdown)
        case (nil, let text?): body = .text(text)
        default: throw SendEmail.invalid("Give the message as markdown or as text, one of the two.")
        }
        var replyTo: MailAddress?
        if let text = arguments["reply_to"]?.string { replyTo = try MailAddress(text) }
        let message = try MailMessage(
            sender: service.sender,
            recipients: MailMessage.Recipients(
                to: try addresses(arguments["to"]),
                cc: try addresses(arguments["cc"]),
                bcc: try addresses(arguments["bcc"])
            ),
            replyTo: replyTo,
            subject: arguments["subject"]?.string ?? "",
            body: body,
            date: service.clock.now(),
            identifier: SendEmail.identifier(mark, of: arguments)
        )
        return (service, message)
    }

    private func addresses(_ value: JSONValue?) throws(MailError) -> [MailAddress] {
        var addresses: [MailAddress] = []
        for element in value?.array ?? [] { addresses.append(try MailAddress(element.string ?? "")) }
        return addresses
    }

    /// The ledger's mark and a hash of what is sent, so that one message always has one id; without a mark, a new id.
    private static func identifier(_ mark: String?, of arguments: JSONObject) -> String {
        let digits = mark.map { String($0.filter { $0.isASCII && $0.isHexDigit && !$0.isUppercase }.suffix(10)) }
        guard let digits, digits.count == 10 else { return Hex.encode(RandomBytes.make(16)) }
        let hash = SHA256.hash(JSONWriter.bytes(of: .object(arguments), sorted: true))
        return digits + "." + Hex.encode(hash.prefix(8))
    }

    private static func invalid(_ text: String) -> MailError { MailError(.invalid, text, outcome: .notExecuted) }

    private static func addresses(_ description: String) -> JSONValue {
        [
            "type": "array", "minItems": 1, "maxItems": 100, "items": ["type": "string", "format": "email"],
            "description": .string(description),
        ]
    }
}
