import JSON
package import Tools

/// The tool that sends e-mail.
package enum SendEmail {
    package static let name = "send_email"
    /// The toolkit under which workflow files name the connection.
    package static let toolkit = "mail"

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

    private static func addresses(_ description: String) -> JSONValue {
        [
            "type": "array", "minItems": 1, "maxItems": 100, "items": ["type": "string", "format": "email"],
            "description": .string(description),
        ]
    }
}
