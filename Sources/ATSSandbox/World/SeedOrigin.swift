import Basics

/// The generated data set of a seed, made when it is first asked for, one system at a time.
final class SeedOrigin: Sendable {
    private struct Made {
        var data: SeedData?
        var ashby: Store?
        var pinpoint: Store?
    }

    let seed: UInt64
    private let candidates: Int
    private let made = Locked(Made())

    init(seed: UInt64, candidates: Int) {
        self.seed = seed
        self.candidates = candidates
    }

    func ashby() -> Store {
        made.withLock { made in
            if let store = made.ashby { return store }
            let store = AshbySeeder(seed: seed, data: data(&made)).store()
            made.ashby = store
            return store
        }
    }

    func pinpoint() -> Store {
        made.withLock { made in
            if let store = made.pinpoint { return store }
            let store = PinpointSeeder(seed: seed).store(of: data(&made))
            made.pinpoint = store
            return store
        }
    }

    /// What both systems are made of; kept only until both are.
    private func data(_ made: inout Made) -> SeedData {
        if let data = made.data {
            made.data = nil
            return data
        }
        var generator = SeedGenerator(seed: seed)
        let data = generator.make(candidates: candidates)
        made.data = data
        return data
    }
}
