/// The messages of a conversation, kept as the bytes that are sent.
///
/// Messages are only ever appended and never encoded again, so a long conversation costs the same work at every step and
/// a provider's prompt cache stays valid. It cannot hold a call without its result: a reply with calls is appended
/// together with the results.
package struct ConversationHistory: Sendable {
    /// The messages in the dialect's format, separated by commas.
    package private(set) var bytes: [UInt8] = []
    /// How many turns were appended; replies count with their results as one.
    package private(set) var count = 0
    private let dialect: any ModelDialect

    package init(dialect: any ModelDialect) {
        self.dialect = dialect
    }

    /// Appends what a person, or this program on their behalf, said.
    package mutating func append(user text: String) {
        separate()
        dialect.appendUser(text, to: &bytes)
    }

    /// Appends a reply with the results of its calls.
    ///
    /// A call without a result gets one that says it was not run; results of other calls are left out.
    package mutating func append(reply items: [ModelItem], results: [ModelToolResult] = []) {
        var complete: [ModelToolResult] = []
        for case .toolCall(let call) in items {
            let missing = ModelToolResult(callID: call.callID, content: "The call was not run.", isError: true)
            complete.append(results.first { $0.callID == call.callID } ?? missing)
        }
        separate()
        dialect.appendReply(items, results: complete, to: &bytes)
    }

    private mutating func separate() {
        if !bytes.isEmpty { bytes.append(0x2C) }
        count += 1
    }
}
