package import Basics
import JSON
package import Tools

/// How the ledger learns what became of a write whose outcome is in doubt: nothing here sends anything.
extension WriteLedger {
    /// How many writes one round of looks is for.
    private static let mostLooks = 20

    /// Follows up what an earlier process left open, in the background; rows of runs wait for their engine.
    ///
    /// - Throws: ``LedgerError`` with code `storage`.
    package func recover(from catalog: @autoclosure () -> ToolCatalog) async throws(LedgerError) {
        try await store.reopen()
        var query = WriteQuery(states: [.intent], withoutRun: true, limit: 500)
        while true {
            let (entries, damaged) = try await store.entries(query)
            for id in damaged { log.error("a row of the write ledger is damaged", ["write": id]) }
            for entry in entries {
                let (flight, isNew) = fly(entry.key, isFollowUp: true)
                if isNew { follow(entry, catalog(), flight) }
            }
            guard let last = entries.last, entries.count + damaged.count >= query.limit else { return }
            query.after = last.id
        }
    }

    /// Looks once for each unknown write whose next look is due, and sends none of them again.
    ///
    /// What can be looked up is looked for with what a caller's next attempt would use. A row that is looked for without
    /// success waits for the next of ``LedgerSettings/laterLooks``, and after the last of them for a person.
    ///
    /// - Parameters:
    ///   - now: Our own time.
    ///   - catalog: Where the tools are that say how their writes are found.
    /// - Returns: The looks that were made.
    /// - Throws: ``LedgerError`` with code `storage`.
    package func lookAgain(
        at now: Timestamp,
        in catalog: @autoclosure () -> ToolCatalog
    ) async throws(LedgerError) -> [WriteLook] {
        let (entries, damaged) = try await store.due(by: now, limit: WriteLedger.mostLooks)
        for id in damaged {
            log.error("a row of the write ledger is damaged", ["write": id])
            try await store.postpone(id, looks: 0, until: nil)
        }
        guard !entries.isEmpty else { return [] }
        let catalog = catalog()
        var looks: [WriteLook] = []
        for entry in entries where !Task.isCancelled {
            // Whoever asks for it at this moment looks for it anyway.
            let (flight, isNew) = fly(entry.key, isFollowUp: true)
            guard isNew else { continue }
            do throws(LedgerError) {
                let (look, result) = try await look(for: entry, catalog, flight, now)
                land(entry.key, flight, result)
                if let look { looks.append(look) }
            } catch {
                land(entry.key, flight, WriteResults.unknown(entry))
                throw error
            }
        }
        return looks
    }

    private func look(
        for stale: WriteEntry,
        _ catalog: ToolCatalog,
        _ flight: WriteFlight,
        _ now: Timestamp
    ) async throws(LedgerError) -> (WriteLook?, ToolResult) {
        // It may have been settled before the flight was taken.
        guard let entry = try await store.entry(stale.id), entry.state == .unknown else {
            return (nil, WriteResults.unknown(stale))
        }
        let recovery = catalog.provider(of: entry.tool) as? any WriteRecovery
        let canBeFound = entry.effect == .send ? false : await canBeFound(entry, recovery)
        var result = WriteResults.unknown(entry)
        if canBeFound { result = await investigate(entry, recovery, canBeFound: true, flight, looks: 1) }
        guard !Task.isCancelled, let after = try await store.entry(entry.id) else { return (nil, result) }
        if after.state == .unknown {
            let made = entry.looks + 1
            let pause = made < settings.laterLooks.count ? settings.laterLooks[made] : nil
            try await store.postpone(entry.id, looks: made, until: pause.map { now.adding(seconds: $0) })
        } else {
            log.info("a look told what became of a write", ["write": entry.id, "state": after.state.rawValue])
        }
        return (canBeFound ? WriteLook(write: entry, outcome: after) : nil, result)
    }

    /// Follows up a write that nobody waits for: it is never sent again.
    private func follow(_ entry: WriteEntry, _ catalog: ToolCatalog, _ flight: WriteFlight) {
        run(entry.key, flight) {
            let recovery = catalog.provider(of: entry.tool) as? any WriteRecovery
            return await self.investigate(
                entry,
                recovery,
                canBeFound: await self.canBeFound(entry, recovery),
                flight,
                looks: self.settings.looks
            )
        }
    }

    private func canBeFound(_ entry: WriteEntry, _ recovery: (any WriteRecovery)?) async -> Bool {
        guard let call = entry.call, case .ready(let rules)? = await recovery?.prepare(call) else { return false }
        return rules.canBeFound
    }

    /// Looks for a write, and settles it as far as looking tells.
    private func investigate(
        _ entry: WriteEntry,
        _ recovery: (any WriteRecovery)?,
        canBeFound: Bool,
        _ flight: WriteFlight,
        looks: Int
    ) async -> ToolResult {
        do throws(LedgerError) {
            let skew = settings.skew
            let sent = entry.call.map {
                SentWrite(call: $0, mark: entry.mark, since: entry.since.adding(seconds: -skew))
            }
            let resolution = try await reconcile(entry, recovery, canBeFound, flight, sent, looks: looks)
            return try await conclude(entry, resolution)
        } catch {
            log.error("an uncertain write could not be followed up", ["write": entry.id, "error": error.message])
            return WriteResults.unknown(entry)
        }
    }

    /// Settles a write that is not sent again.
    func conclude(_ entry: WriteEntry, _ resolution: Resolution) async throws(LedgerError) -> ToolResult {
        switch resolution {
        case .done(let entry, let record): return WriteResults.found(entry, record: record)
        case .unknown(let entry): return WriteResults.unknown(entry)
        case .interrupted: return WriteResults.unknown(entry)
        case .repeatable(let why): return WriteResults.unknown(try await giveUp(entry, why))
        case .absent(let why):
            return WriteResults.absent(
                try await store.deny(entry.id, status: entry.status, evidence: "lookup", reason: why)
            )
        }
    }

    enum Resolution {
        case done(WriteEntry, JSONValue?)
        /// It is not there.
        case absent(String)
        /// Nobody knows, and doing it twice is doing it once.
        case repeatable(String)
        case unknown(WriteEntry)
        /// The program ends; the next start goes on.
        case interrupted
    }

    func reconcile(
        _ entry: WriteEntry,
        _ recovery: (any WriteRecovery)?,
        _ canBeFound: Bool,
        _ flight: WriteFlight,
        _ sent: SentWrite?,
        looks: Int
    ) async throws(LedgerError) -> Resolution {
        // What cannot be looked up and must not be repeated is known to be unknown at once.
        let mayRepeat = entry.effect == .set || entry.effect == .keyed
        guard mayRepeat || (canBeFound && entry.effect != .send), let sent else {
            return .unknown(try await giveUp(entry, "what it did cannot be looked up"))
        }
        guard await settled(entry, flight) else { return .interrupted }
        guard canBeFound, let recovery else { return .repeatable("what it did cannot be looked up") }
        var why = ""
        for look in 1...looks {
            FaultPoint.reach("before-look")
            let finding = await recovery.find(sent)
            FaultPoint.reach("after-look")
            switch finding {
            case .absent where entry.effect == .destroy:
                return .done(
                    try await store.confirm(entry.id, remoteID: nil, evidence: "lookup", result: nil),
                    ["done": true]
                )
            case .absent: return .absent("it is not there")
            case .found where entry.effect == .destroy:
                return .unknown(try await giveUp(entry, "what it should have removed is still there"))
            case .found(let records):
                switch try await store.adopt(
                    entry,
                    records,
                    isMarked: entry.mark != nil || entry.effect == .set,
                    limit: settings.largestResult
                ) {
                case .adopted(let id, let ofMany):
                    FaultPoint.reach("after-adopt")
                    if ofMany, entry.effect != .set {
                        log.error("a write was made more than once", ["write": entry.id, "tool": entry.tool])
                    }
                    var adopted = entry
                    (adopted.state, adopted.remoteID) = (.done, id)
                    return .done(adopted, records.first { $0.id == id }?.record)
                case .allTaken: return .absent("it is not there")
                case .contested: why = "several records or writes are alike, and nothing says which is which"
                }
            case .cannotTell(let reason): why = "looking for it failed: \(reason)"
            }
            guard look < looks else { break }
            let pause = settings.lookPause * Double(1 << (look - 1))
            flight.doubt(WriteResults.unknown(entry), wait: pause)
            guard (try? await sleep(pause)) != nil else { return .interrupted }
        }
        if mayRepeat { return .repeatable(why) }
        return .unknown(try await giveUp(entry, why))
    }

    func giveUp(_ entry: WriteEntry, _ reason: String) async throws(LedgerError) -> WriteEntry {
        guard entry.state != .unknown else { return entry }
        let entry = try await store.giveUp(
            entry.id,
            reason: entry.reason.map { "\(reason) (\($0))" } ?? reason,
            lookIn: entry.effect == .send ? nil : settings.laterLooks.first
        )
        log.warning("the outcome of a write is not known", ["write": entry.id, "tool": entry.tool])
        return entry
    }

    /// Waits until looking tells the truth; false when the program ends first.
    private func settled(_ entry: WriteEntry, _ flight: WriteFlight) async -> Bool {
        let wait = entry.settling(now: clock.now(), uptime: clock.uptime())
        guard wait > 0 else { return true }
        flight.doubt(WriteResults.unknown(entry), wait: wait)
        return (try? await sleep(wait)) != nil
    }
}
