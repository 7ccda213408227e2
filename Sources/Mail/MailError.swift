import JSON
package import Tools

/// Why a message was not sent.
package struct MailError: Error, CustomStringConvertible {
    /// What kind of failure it is; a program acts on it.
    package enum Code: String, Sendable {
        /// The message cannot be made of what was given.
        case invalid
        /// There is no server to send through.
        case notConfigured = "not_configured"
        /// The server said no.
        case refused
        /// The server could not be reached, or the connection broke.
        case unreachable
    }

    package var code: Code
    /// What happened, to what, and what to do next.
    package var message: String
    /// Whether the message may have been sent all the same.
    package var outcome: CallProblem.Outcome

    package init(_ code: Code, _ message: String, outcome: CallProblem.Outcome) {
        self.code = code
        self.message = message
        self.outcome = outcome
    }

    package var description: String { message }

    /// The answer to a call that failed so.
    var result: ToolResult {
        let name =
            code == .invalid ? "invalid_arguments" : code == .notConfigured ? code.rawValue : "mail_\(code.rawValue)"
        return .failure(name, message, details: ["outcome": .string(outcome.rawValue)])
    }
}
