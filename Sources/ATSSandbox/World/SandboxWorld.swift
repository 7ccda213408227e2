package import Basics
import JSON

/// The state behind both simulators: their records, and the log of what was asked of them.
package final class SandboxWorld: Sendable {
    /// The instant at which the data set is set, 2026-11-20T09:00:00Z.
    package static let defaultNow = Timestamp(
        milliseconds: Int64(Timestamp.days(year: 2026, month: 11, day: 20)) * 86_400_000 + 32_400_000
    )
    /// How many candidates there are unless asked otherwise.
    package static let defaultCandidates = 320

    package let clock: any WallClock
    private let origin: SeedOrigin
    private let state: Locked<WorldState>

    /// Prepares the data set; `candidates` is at least 210, because the named people need their neighbours.
    ///
    /// It is generated when the first request asks for it, so that a server with a sandbox starts at once.
    package init(seed: UInt64, clock: any WallClock, candidates: Int) {
        self.clock = clock
        let origin = SeedOrigin(seed: seed, candidates: candidates)
        self.origin = origin
        state = Locked(WorldState(origin))
    }

    /// Another world that starts from the same generated data; much cheaper than generating them again.
    init(like other: SandboxWorld, clock: any WallClock) {
        self.clock = clock
        let origin = other.origin
        self.origin = origin
        state = Locked(WorldState(origin))
    }

    var seed: UInt64 { origin.seed }

    /// Puts everything back to how it was generated.
    func reset() {
        let origin = origin
        state.withLock { $0 = WorldState(origin) }
    }

    func with<Result: Sendable>(_ body: (inout WorldState) -> Result) -> Result {
        state.withLock { body(&$0) }
    }
}
