import Basics

/// The machine's clock, except that nobody waits for most of a minute: a long wait is shortened, and the clock put forward.
///
/// What is measured at the end of a wait is real: the last half second of it, the timer, and all that comes after.
final class HastyClock: WallClock {
    private let skipped = Locked<Double>(0)

    func now() -> Timestamp { SystemClock().now().adding(seconds: skipped.withLock { $0 }) }

    func pause(_ seconds: Double) async {
        let half = min(seconds, 0.5) / 2
        // What was just started gets on before the clock is put forward.
        guard await wait(half) else { return }
        skipped.withLock { $0 += seconds - 2 * half }
        _ = await wait(half)
    }

    private func wait(_ seconds: Double) async -> Bool {
        (try? await Task.sleep(for: .milliseconds(Int64(seconds * 1000)))) != nil
    }
}
