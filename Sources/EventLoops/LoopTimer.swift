/// An action that an ``EventLoop`` performs once, at its time.
package final class LoopTimer {
    /// When the action is due, on the clock of `monotonicNanoseconds()`.
    package let deadline: UInt64
    let action: () -> Void
    /// The place in the heap; negative when the timer is not waiting.
    var index = -1

    init(deadline: UInt64, action: @escaping () -> Void) {
        self.deadline = deadline
        self.action = action
    }
}

/// Timers ordered by deadline: a binary heap whose members know their place, so that removal is logarithmic.
struct TimerHeap {
    private var timers: [LoopTimer] = []

    /// The earliest deadline.
    var deadline: UInt64? { timers.first?.deadline }

    var isEmpty: Bool { timers.isEmpty }

    mutating func insert(_ timer: LoopTimer) {
        timer.index = timers.count
        timers.append(timer)
        siftUp(timer.index)
    }

    mutating func remove(_ timer: LoopTimer) {
        let index = timer.index
        guard index >= 0 else { return }
        timer.index = -1
        let last = timers.removeLast()
        guard index < timers.count else { return }
        timers[index] = last
        last.index = index
        siftUp(index)
        siftDown(last.index)
    }

    /// Takes out the earliest timer that is due.
    mutating func popDue(_ now: UInt64) -> LoopTimer? {
        guard let first = timers.first, first.deadline <= now else { return nil }
        remove(first)
        return first
    }

    mutating func removeAll() {
        for timer in timers { timer.index = -1 }
        timers = []
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard timers[child].deadline < timers[parent].deadline else { return }
            exchange(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in 2 * parent + 1..<2 * parent + 3
            where child < timers.count && timers[child].deadline < timers[least].deadline {
                least = child
            }
            guard least != parent else { return }
            exchange(parent, least)
            parent = least
        }
    }

    private mutating func exchange(_ a: Int, _ b: Int) {
        timers.swapAt(a, b)
        timers[a].index = a
        timers[b].index = b
    }
}
