/// Why a workflow, or a step of one, could not go on.
package struct WorkflowError: Error, CustomStringConvertible {
    /// A word for programs, such as `expression`; a `fail` step gives its own.
    package var code: String
    /// What happened, to what, and what to do next.
    package var message: String
    /// What was behind it, where something was.
    package var cause: (any Error)?

    package init(_ code: String, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { "\(code): \(message)" }
}
