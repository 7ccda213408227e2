package import Basics
package import JSON
package import Tools

/// One row of the write ledger.
package struct WriteEntry: Sendable, Hashable {
    /// The id that people see: `wr_…`.
    package var id: String
    /// SHA-256 of connection, tool and the name that makes the write one of its kind.
    package var key: [UInt8]
    package var connection: String
    package var tool: String
    package var effect: Effect
    package var user: String
    package var once: String?
    package var state: WriteState
    package var argumentsHash: [UInt8]
    /// What was asked for; kept only until the write is settled.
    package var arguments: JSONObject?
    package var mark: String?
    package var attempts: Int
    package var sentAt: Timestamp?
    /// When looking tells the truth; nil while the request is under way.
    package var lookAfter: Timestamp?
    /// The same on the clock that nobody can set.
    package var lookUptime: Uptime?
    /// How often it was looked for since its outcome was given up as unknown.
    package var looks = 0
    /// When it will be looked for again while its outcome is unknown; nil for never.
    package var nextLook: Timestamp?
    /// Seconds that a look has to wait after silence.
    package var settle: Double
    /// The other side's time before the first attempt.
    package var since: Timestamp
    package var settledAt: Timestamp?
    /// The other side's id of what was written.
    package var remoteID: String?
    package var status: Int?
    /// How the outcome is known: `reply`, `lookup` or `person:<name>`.
    package var evidence: String?
    /// Why the outcome is not known, or was no; without anything personal.
    package var reason: String?
    /// The answer, for whoever asks again under the same name.
    package var result: [UInt8]?
    package var context: CallContext
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    /// The call that the row stands for; nil when its arguments are no longer kept.
    package var call: ToolCall? {
        arguments.map {
            ToolCall(
                tool: tool,
                arguments: $0,
                user: user,
                connection: connection,
                origin: .workflow,
                once: once,
                context: context
            )
        }
    }

    /// Seconds until looking tells the truth, never longer than the settle time.
    ///
    /// The clock of the machine counts, not the one on its wall: set forward, that would have us look before the other
    /// side has finished, and send again.
    package func settling(now: Timestamp, uptime: Uptime) -> Double {
        guard let lookAfter else { return max(0, settle) }
        var left = Double(lookAfter.milliseconds - now.milliseconds)
        if let due = lookUptime {
            // After a new start of the machine it is certain only for how long it has been up.
            left =
                due.boot == uptime.boot
                ? Double(due.milliseconds - uptime.milliseconds)
                : max(left, settle * 1000 - Double(uptime.milliseconds))
        }
        return min(max(0, left / 1000), max(settle, 0))
    }
}
