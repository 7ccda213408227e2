package import Basics
import Tools

/// Results too large for a model's context, kept in memory for a while so that they can be read in parts.
///
/// A handle works only for the owner it was made for; for anybody else, and after its time, it does not exist. What was used
/// least recently goes first when there is no room.
package final class ResultStore: Sendable {
    /// How much is shown at once and how much is kept.
    package struct Limits: Sendable, Hashable {
        /// The most bytes of results in one answer; three to four bytes make a token.
        package var shownBytes: Int
        /// The most bytes kept for one owner; a result that alone is larger is not kept.
        package var ownerBytes: Int
        /// The most bytes kept for all.
        package var totalBytes: Int
        /// How long a result is kept.
        package var seconds: Int

        package init(
            shownBytes: Int = 48_000,
            ownerBytes: Int = 16 << 20,
            totalBytes: Int = 64 << 20,
            seconds: Int = 900
        ) {
            self.shownBytes = shownBytes
            self.ownerBytes = ownerBytes
            self.totalBytes = totalBytes
            self.seconds = seconds
        }
    }

    /// A result that is kept.
    struct Kept: Sendable {
        /// The tool that made it; who may not see the tool may not see the result.
        var tool: String
        var payload: [UInt8]
        var origin: Origin
    }

    private struct Entry {
        var kept: Kept
        var owner: String
        var expiresAt: Timestamp
        var lastUse: UInt64
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var uses: UInt64 = 0
    }

    package let limits: Limits
    private let clock: any WallClock
    private let state = Locked<State>(State())

    /// More would make the search for the oldest one slow.
    private static let largestCount = 1024

    /// An empty store.
    package init(limits: Limits = Limits(), clock: any WallClock = SystemClock()) {
        self.limits = limits
        self.clock = clock
    }

    /// Keeps a result.
    ///
    /// - Returns: The handle to read it by; nil when it is larger than what is kept for one owner.
    func keep(_ kept: Kept, owner: String) -> String? {
        let size = kept.payload.count
        guard size <= min(limits.ownerBytes, limits.totalBytes) else { return nil }
        let now = clock.now()
        let handle = Identifier.make("res", at: now)
        state.withLock { state in
            state.entries = state.entries.filter { $0.value.expiresAt > now }
            ResultStore.makeRoom(size, in: &state, limit: limits.ownerBytes) { $0.owner == owner }
            ResultStore.makeRoom(size, in: &state, limit: limits.totalBytes) { _ in true }
            while state.entries.count >= ResultStore.largestCount {
                ResultStore.dropOldest(of: &state) { _ in true }
            }
            state.uses += 1
            state.entries[handle] = Entry(
                kept: kept,
                owner: owner,
                expiresAt: now.adding(seconds: Double(limits.seconds)),
                lastUse: state.uses
            )
        }
        return handle
    }

    /// What a handle stands for; nil when it never did, does no more, or is somebody else's.
    func find(_ handle: String, owner: String) -> Kept? {
        let now = clock.now()
        return state.withLock { state in
            guard let entry = state.entries[handle], entry.owner == owner else { return nil }
            guard entry.expiresAt > now else {
                state.entries[handle] = nil
                return nil
            }
            state.uses += 1
            state.entries[handle]?.lastUse = state.uses
            return entry.kept
        }
    }

    private static func makeRoom(_ size: Int, in state: inout State, limit: Int, among isMeant: (Entry) -> Bool) {
        var used = state.entries.values.reduce(0) { isMeant($1) ? $0 + $1.kept.payload.count : $0 }
        while used + size > limit, let dropped = dropOldest(of: &state, among: isMeant) { used -= dropped }
    }

    /// - Returns: The bytes that became free; nil when there was nothing.
    @discardableResult
    private static func dropOldest(of state: inout State, among isMeant: (Entry) -> Bool) -> Int? {
        let oldest = state.entries.filter { isMeant($0.value) }.min { $0.value.lastUse < $1.value.lastUse }
        guard let oldest else { return nil }
        state.entries[oldest.key] = nil
        return oldest.value.kept.payload.count
    }
}
