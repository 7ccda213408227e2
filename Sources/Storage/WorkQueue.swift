import Basics
import CLinux
import Glibc

/// A queue that threads wait on: many senders, one or more threads that take what there is.
///
/// Dispatch would add threads of its own choosing; SQLite wants exactly one that writes.
final class WorkQueue<Item: Sendable>: @unchecked Sendable {
    enum Taken {
        case items([Item])
        /// Nothing came within the time.
        case idle
        /// The queue was closed and is empty.
        case closed
    }

    // Safe to share: everything below is read and written with the mutex held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var items: [Item] = []
    /// How many items wake somebody who waits.
    private var enough = 1
    private var isClosed = false

    init() {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // The time of day may be set back while somebody waits.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Adds an item; false when the queue is closed.
    func push(_ item: Item) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed else { return false }
        items.append(item)
        if items.count >= enough { pthread_cond_signal(condition) }
        return true
    }

    /// The number of items that nobody has taken.
    var count: Int {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return items.count
    }

    /// Waits for items and takes up to `limit` of them, in order.
    ///
    /// - Parameters:
    ///   - limit: The most to take.
    ///   - company: How many to wait for, once there is one; for one taker only.
    ///   - delay: Nanoseconds to wait for the others at most.
    ///   - patience: Nanoseconds after which to give up waiting for the first.
    func take(limit: Int, company: Int = 1, within delay: UInt64 = 0, patience: UInt64? = nil) -> Taken {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if items.isEmpty {
            let deadline = patience.map { WorkQueue.deadline(in: $0) }
            while items.isEmpty {
                if isClosed { return .closed }
                if !wait(until: deadline) { return .idle }
            }
        }
        if items.count < company, delay > 0 {
            let deadline = WorkQueue.deadline(in: delay)
            enough = company
            while items.count < company, !isClosed, wait(until: deadline) {}
            enough = 1
        }
        let taken = Array(items.prefix(limit))
        items.removeFirst(taken.count)
        return .items(taken)
    }

    /// False when the deadline has passed; the mutex is held.
    private func wait(until deadline: timespec?) -> Bool {
        guard var deadline else { return pthread_cond_wait(condition, mutex) == 0 }
        return pthread_cond_timedwait(condition, mutex, &deadline) != ETIMEDOUT
    }

    private static func deadline(in nanoseconds: UInt64) -> timespec {
        let at = monotonicNanoseconds() + nanoseconds
        return timespec(tv_sec: Int(at / 1_000_000_000), tv_nsec: Int(at % 1_000_000_000))
    }

    /// Refuses new items; what is queued is still taken.
    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}
