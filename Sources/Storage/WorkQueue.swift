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
    private var isClosed = false

    init() {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
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
        pthread_cond_signal(condition)
        return true
    }

    /// Waits for items and takes up to `limit` of them, in order.
    ///
    /// With `patience`, gives up after that many seconds.
    func take(limit: Int, patience: Double? = nil) -> Taken {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var deadline = timespec()
        if let patience {
            clock_gettime(CLOCK_REALTIME, &deadline)
            deadline.tv_sec += Int(patience)
        }
        while items.isEmpty {
            if isClosed { return .closed }
            if patience != nil {
                if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT { return .idle }
            } else {
                pthread_cond_wait(condition, mutex)
            }
        }
        let taken = Array(items.prefix(limit))
        items.removeFirst(taken.count)
        return .items(taken)
    }

    /// Refuses new items; what is queued is still taken.
    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}
