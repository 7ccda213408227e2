import Basics
import Glibc

/// Something that a test waits for, once: `open` lets everyone pass, from then on.
package final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Locked(State())

    package init() {}

    /// Lets everyone pass.
    package func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            let waiting = state.waiting
            state.waiting = []
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits until the gate is open; cancellation does not open it.
    package func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// Blocks a thread until the gate is open; for scripts of a ``RawServer``.
    package func wait() {
        while !state.withLock({ $0.isOpen }) { usleep(200) }
    }
}
