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

    /// The generated data, and what has become of them.
    private struct Contents: Sendable {
        let pristine: WorldState
        var current: WorldState
    }

    let seed: UInt64
    let clock: any WallClock
    private let generate: @Sendable () -> WorldState
    /// Nil until it is first needed, because a server that starts must not wait for data that nobody may ask for.
    private let contents = Locked<Contents?>(nil)

    /// A world whose data set is generated when it is first used.
    ///
    /// `candidates` is at least 210, because the named people need their neighbours.
    package init(seed: UInt64, clock: any WallClock, candidates: Int) {
        self.seed = seed
        self.clock = clock
        generate = {
            var generator = SeedGenerator(seed: seed)
            let data = generator.make(candidates: candidates)
            return WorldState(
                ashby: AshbySeeder(seed: seed).store(of: data),
                pinpoint: PinpointSeeder(seed: seed).store(of: data)
            )
        }
    }

    /// Another world that starts from the same generated data; much cheaper than generating them again.
    init(like other: SandboxWorld, clock: any WallClock) {
        seed = other.seed
        self.clock = clock
        let made = other.withContents { $0.pristine }
        generate = { made }
    }

    /// Puts everything back to how it was generated.
    func reset() {
        withContents { $0.current = $0.pristine }
    }

    func with<Result: Sendable>(_ body: (inout WorldState) -> Result) -> Result {
        withContents { body(&$0.current) }
    }

    private func makeContents() -> Contents {
        let made = generate()
        return Contents(pristine: made, current: made)
    }

    private func withContents<Result: Sendable>(_ body: (inout Contents) -> Result) -> Result {
        contents.withLock { contents in
            // Taken out while it is changed, so that it stays the only reference and nothing is copied.
            var own = contents.take() ?? makeContents()
            defer { contents = own }
            return body(&own)
        }
    }
}
