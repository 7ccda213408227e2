package import JSON

/// What came of a call.
///
/// A failure is a result too: a model reads it and does better.
package struct ToolResult: Sendable, Hashable {
    /// The result as JSON text: complete, validated, one value without line breaks outside strings that need escapes.
    ///
    /// Kept as bytes so that it can be spliced into a reply without being read again.
    package var payload: [UInt8]
    /// What to tell a model instead of the payload; errors have one, most results do not.
    package var text: String?
    package var isError: Bool
    /// Where the payload came from.
    package var origin: Origin
    /// What a program needs to know of a failure; nil for a success.
    package var problem: CallProblem?
    /// The public id of the write in the ledger, such as `wr_…`; nil for a read, and where nothing was written down.
    package var write: String?
    /// The other side's own id of the last request that the call made; nil where it gave none.
    package var request: String?
    /// What is known of the rate limits after the call; nil when no call was made, or nothing is known.
    package var limits: CallLimits?
    /// The run that the call has started, or asked about.
    package var run: String?

    package init(payload: [UInt8], text: String? = nil, isError: Bool = false, origin: Origin) {
        self.payload = payload
        self.text = text
        self.isError = isError
        self.origin = origin
    }

    /// A result from a value.
    package init(_ value: JSONValue, text: String? = nil, isError: Bool = false, origin: Origin) {
        self.init(payload: JSONWriter.bytes(of: value), text: text, isError: isError, origin: origin)
    }

    /// A failed call: a sentence that a model can act on, and a code and details that a program can.
    ///
    /// The details `outcome`, `status` and `retry_after` are in the result's ``problem`` too; without an outcome nothing was
    /// executed.
    package static func failure(_ code: String, _ message: String, details: JSONObject = [:]) -> ToolResult {
        var object: JSONObject = ["error": .string(code), "message": .string(message)]
        for member in details { object[member.name] = member.value }
        var result = ToolResult(.object(object), text: message, isError: true, origin: .ats)
        result.problem = CallProblem(
            code: code,
            outcome: details["outcome"]?.string.flatMap(CallProblem.Outcome.init) ?? .notExecuted,
            status: details["status"]?.integer.map { Int($0) },
            retryAfter: details["retry_after"]?.integer.map { Int($0) }
        )
        result.request = details["request_id"]?.string
        return result
    }

    /// The text that stands for the result where only text is possible.
    package var displayText: String { text ?? String(decoding: payload, as: UTF8.self) }
}
