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

    let seed: UInt64
    let clock: any WallClock
    private let pristine: WorldState
    private let state: Locked<WorldState>

    /// Generates the data set; `candidates` is at least 210, because the named people need their neighbours.
    package init(seed: UInt64, clock: any WallClock, candidates: Int) {
        self.seed = seed
        self.clock = clock
        var generator = SeedGenerator(seed: seed)
        let data = generator.make(candidates: candidates)
        let made = WorldState(
            ashby: AshbySeeder(seed: seed).store(of: data),
            pinpoint: PinpointSeeder(seed: seed).store(of: data)
        )
        pristine = made
        state = Locked(made)
    }

    /// Another world that starts from the same generated data; much cheaper than generating them again.
    init(like other: SandboxWorld, clock: any WallClock) {
        seed = other.seed
        self.clock = clock
        let made = other.pristine
        pristine = made
        state = Locked(made)
    }

    /// Puts everything back to how it was generated.
    func reset() {
        let made = pristine
        state.withLock { $0 = made }
    }

    func with<Result: Sendable>(_ body: (inout WorldState) -> Result) -> Result {
        state.withLock { body(&$0) }
    }
}
