package import Basics
import Synchronization

/// One or more event loops that share the work of a process.
package final class EventLoopGroup: Sendable {
    package let loops: [EventLoop]
    private let turn = Atomic<Int>(0)

    /// Starts `count` loops, at least one.
    ///
    /// - Throws: `SystemError` when the process has no descriptors or threads left.
    package init(count: Int = 1) throws(SystemError) {
        var loops: [EventLoop] = []
        for _ in 0..<max(1, count) { loops.append(try EventLoop()) }
        self.loops = loops
    }

    /// The loop whose thread this is; nil on any other thread.
    package var current: EventLoop? { loops.first { $0.isCurrent } }

    /// The loop for a piece of work that has none: each in turn.
    package func next() -> EventLoop {
        loops[turn.wrappingAdd(1, ordering: .relaxed).oldValue & .max % loops.count]
    }

    /// Ends every loop; see ``EventLoop/stop()``.
    package func stop() async {
        for loop in loops { await loop.stop() }
    }
}
