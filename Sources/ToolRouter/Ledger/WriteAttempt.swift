import Basics
import Cryptography
import JSON
import Tools

/// A write on its way through this process.
struct WriteAttempt: Sendable {
    var call: ToolCall
    var tool: ToolSpecification
    var provider: (any ToolProvider)?
    var rules: WriteRules
    var key: [UInt8]
    var fence: (@Sendable () async -> Bool)?

    var recovery: (any WriteRecovery)? { provider as? any WriteRecovery }

    var argumentsHash: [UInt8] { SHA256.hash(JSONWriter.bytes(of: .object(call.arguments), sorted: true)) }

    func draft(since: Timestamp) -> LedgerStore.Draft {
        LedgerStore.Draft(
            key: key,
            connection: rules.connection,
            tool: tool.name,
            effect: tool.effect,
            user: call.user,
            once: call.once,
            argumentsHash: argumentsHash,
            arguments: call.arguments,
            mark: rules.takesMark ? "(ref \(Hex.encode(Array(key.prefix(5)))))" : nil,
            settle: rules.settle.afterSilence,
            since: since,
            context: call.context
        )
    }

    func marked(_ mark: String?) -> ToolCall {
        guard let mark, let recovery else { return call }
        return recovery.marked(call, with: mark)
    }

    func sent(_ entry: WriteEntry, skew: Double) -> SentWrite {
        // What was sent is what has to be found, whatever is asked for now.
        SentWrite(call: entry.call ?? call, mark: entry.mark, since: entry.since.adding(seconds: -skew))
    }
}
