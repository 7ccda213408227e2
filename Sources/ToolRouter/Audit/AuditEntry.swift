package import Basics
package import JSON

/// What is written down about one act.
package struct AuditEntry: Sendable, Hashable {
    /// What kind of act it was.
    package enum Action: String, Sendable, Hashable, CaseIterable {
        /// A tool was called, or could not be.
        case call
        /// Tools were looked for or described.
        case search
        /// An account was connected, tried, changed or removed.
        case connection
        /// A call was put before a person, decided, or used.
        case approval
        /// An endpoint was made, changed or deleted.
        case endpoint
        /// A token, a person or a key was made, changed or taken back.
        case access
        /// Something else was changed, such as a schedule or a workflow.
        case change
    }

    package var at: Timestamp
    package var action: Action
    /// Who did it, such as `local`, `person:ada`, `token:tok_…`, `endpoint:ep_…`, `schedule:…`.
    package var actor: String
    /// What it came through, such as `endpoint:ep_…`, `run:run_…`, `control` or `chat`.
    package var via: String
    /// Whose connections were used.
    package var user: String?
    /// The tool, or what was done to ``object``, such as `create`.
    package var tool: String?
    /// `read`, `set`, `create`, `keyed`, `send` or `destroy`, for a call.
    package var effect: String?
    /// The endpoint, connection or token that was changed, or the connection that a call named.
    package var object: String?
    /// Ids of the records that it touched; never names, addresses or other personal data.
    package var records: [String]
    /// The SHA-256 of the arguments as canonical JSON, in hexadecimal.
    package var argumentsHash: String?
    /// `ok`, or the code of the failure.
    package var outcome: String
    /// The other side's own id of the request, where it gave one.
    package var request: String?
    /// How long it took, in milliseconds.
    package var milliseconds: Int

    package init(
        at: Timestamp,
        action: Action,
        actor: String,
        via: String,
        user: String? = nil,
        tool: String? = nil,
        effect: String? = nil,
        object: String? = nil,
        records: [String] = [],
        argumentsHash: String? = nil,
        outcome: String = "ok",
        request: String? = nil,
        milliseconds: Int = 0
    ) {
        self.at = at
        self.action = action
        self.actor = actor
        self.via = via
        self.user = user
        self.tool = tool
        self.effect = effect
        self.object = object
        self.records = records
        self.argumentsHash = argumentsHash
        self.outcome = outcome
        self.request = request
        self.milliseconds = milliseconds
    }

    /// The columns of a row besides its place in the chain, in their order, as text; nil for NULL.
    var columns: [String?] {
        [
            String(at.milliseconds), action.rawValue, actor, via, user, tool, effect, object,
            records.joined(separator: " "), argumentsHash, outcome, request, String(milliseconds),
        ]
    }
}

/// A row of the audit: an entry and its place in the chain.
package struct AuditRow: Sendable, Hashable {
    /// Counts from 1 without gaps.
    package var number: Int64
    package var entry: AuditEntry
    /// The hash of the row before; 32 zero bytes for the first.
    package var previous: [UInt8]
    /// SHA-256 over ``previous`` and the row.
    package var hash: [UInt8]

    /// The row as it is shown and exported.
    package var json: JSONObject {
        func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        return [
            "number": .integer(Int(number)), "at": .string(entry.at.iso8601), "action": .string(entry.action.rawValue),
            "actor": .string(entry.actor), "via": .string(entry.via), "user": text(entry.user),
            "tool": text(entry.tool), "effect": text(entry.effect), "object": text(entry.object),
            "records": .array(entry.records.map { .string($0) }), "arguments_hash": text(entry.argumentsHash),
            "outcome": .string(entry.outcome), "request": text(entry.request),
            "milliseconds": .integer(entry.milliseconds), "previous": .string(Hex.encode(previous)),
            "hash": .string(Hex.encode(hash)),
        ]
    }
}

/// The end of the chain at one moment: with it, a chain that was cut off is found.
package struct AuditHead: Sendable, Hashable {
    package var number: Int64
    package var hash: [UInt8]

    /// The number and the hash in hexadecimal, with a colon between.
    package var text: String { "\(number):\(Hex.encode(hash))" }

    package init(number: Int64, hash: [UInt8]) {
        self.number = number
        self.hash = hash
    }

    /// Reads ``text``; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let number = Int64(parts[0]), number >= 0, parts[1].utf8.count == 64 else { return nil }
        var hash: [UInt8] = []
        var digits = parts[1].utf8.makeIterator()
        while let high = digits.next(), let low = digits.next() {
            guard let byte = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16) else { return nil }
            hash.append(byte)
        }
        self.init(number: number, hash: hash)
    }

    /// The end of a chain without rows.
    static let empty = AuditHead(number: 0, hash: [UInt8](repeating: 0, count: 32))
}
