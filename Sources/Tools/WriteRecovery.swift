package import Basics
package import JSON

/// What the write ledger needs of a provider to find out what became of a write whose answer was lost.
///
/// Writes of a provider that is not one stay unknown when they are uncertain, until a person looks.
package protocol WriteRecovery: ToolProvider {
    /// Checks a call as far as that goes without sending anything, and says what its write can rely on.
    func prepare(_ call: ToolCall) async -> WritePreparation

    /// The call with a mark in the argument that takes one; only for tools whose rules say so.
    func marked(_ call: ToolCall, with mark: String) -> ToolCall

    /// Looks for what a write did. It only reads.
    func find(_ write: SentWrite) async -> WriteFinding
}

/// Whether a write can be sent.
package enum WritePreparation: Sendable {
    case ready(WriteRules)
    /// It cannot, and nothing was sent; the answer to give.
    case refused(ToolResult)
}

/// What one write can rely on.
package struct WriteRules: Sendable, Hashable {
    /// The id of the connection that it goes over.
    package var connection: String
    /// Whether what it makes can carry a mark.
    package var takesMark: Bool
    /// Whether what it did can be looked up.
    package var canBeFound: Bool
    package var settle: SettleTimes

    package init(
        connection: String,
        takesMark: Bool = false,
        canBeFound: Bool = false,
        settle: SettleTimes = SettleTimes()
    ) {
        self.connection = connection
        self.takesMark = takesMark
        self.canBeFound = canBeFound
        self.settle = settle
    }
}

/// How long after an uncertain write looking tells the truth, in seconds.
package struct SettleTimes: Sendable, Hashable {
    /// After an answer, such as HTTP 500: the time that lists lag behind.
    package var afterAnswer: Double
    /// Without an answer: the longest that the other side works on a request, and the lag of its lists.
    package var afterSilence: Double

    package init(afterAnswer: Double = 10, afterSilence: Double = 120) {
        self.afterAnswer = afterAnswer
        self.afterSilence = afterSilence
    }

    /// Times of which none is longer than `limit`.
    package func limited(to limit: Double) -> SettleTimes {
        SettleTimes(afterAnswer: min(afterAnswer, limit), afterSilence: min(afterSilence, limit))
    }
}

/// A write that was sent and may or may not have been done.
package struct SentWrite: Sendable, Hashable {
    /// The call as it was asked for, without the mark.
    package var call: ToolCall
    package var mark: String?
    /// The other side's time before the first attempt; what was made earlier is not ours.
    package var since: Timestamp

    package init(call: ToolCall, mark: String?, since: Timestamp) {
        self.call = call
        self.mark = mark
        self.since = since
    }
}

/// What looking for a write found.
package enum WriteFinding: Sendable, Hashable {
    /// The records that may be what it made, or that it changed, or that it should have removed; oldest first.
    case found([FoundRecord])
    /// There is nothing of that kind.
    case absent
    /// Looking failed, and why; later it may work.
    case cannotTell(String)
}

/// A record that a look found.
package struct FoundRecord: Sendable, Hashable {
    package var id: String
    package var record: JSONValue

    package init(id: String, record: JSONValue) {
        self.id = id
        self.record = record
    }
}

/// A provider each of whose calls is made of other calls that pass the write ledger themselves, such as workflows.
package protocol CompositeToolProvider: AccountFreeToolProvider {}
