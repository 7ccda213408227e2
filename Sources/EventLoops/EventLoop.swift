package import Basics
import CLinux
import Glibc

/// A thread that waits for descriptors, timers and jobs, and runs what is ready: an executor that owns sockets.
///
/// A task with this loop as `executorPreference` runs on the loop's thread, next to the sockets that it serves, and a
/// job that is enqueued there costs neither a lock nor a system call. Everything documented as *on the loop* may be
/// called from its own thread only.
///
/// Sendable because the fields without a lock belong to the loop's thread; `thread` is written before `init` returns.
package final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    private enum Work {
        case job(UnownedJob)
        case call(@Sendable () -> Void)
    }

    /// What other threads have sent.
    private struct Mailbox {
        var work: [Work] = []
        var stops = false
        var ended = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private struct Registration {
        var source: (any EventSource)?
        /// Tells an event of a closed descriptor from one of its successor with the same number.
        var generation: UInt32 = 0
    }

    /// How many jobs run before sockets are looked at again.
    private static let jobsPerRound = 512
    private static let eventsPerRound = 256

    private let poll: FileDescriptor
    private let wakeUp: FileDescriptor
    private let mailbox = Locked(Mailbox())
    private let events: UnsafeMutablePointer<epoll_event>
    private var thread = pthread_t()
    private var local: [Work] = []
    private var running: [Work] = []
    private var registrations: [Registration] = []
    private var timers = TimerHeap()
    private var stops = false
    private var hasEnded = false

    /// When the loop last woke up, on the clock of `monotonicNanoseconds()`; to be read on the loop.
    package private(set) var now = monotonicNanoseconds()

    /// Starts a loop on a thread of its own.
    ///
    /// - Throws: `SystemError` when the process has no descriptors or threads left.
    package init() throws(SystemError) {
        let poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard poll >= 0 else { throw SystemError("epoll_create") }
        self.poll = FileDescriptor(owning: poll)
        let wakeUp = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeUp >= 0 else { throw SystemError("eventfd") }
        self.wakeUp = FileDescriptor(owning: wakeUp)
        events = .allocate(capacity: EventLoop.eventsPerRound)
        // Edge-triggered, so the counter never has to be read back; its token is one that no registration has.
        var event = epoll_event()
        event.events = Readiness([.readable, .edgeTriggered]).rawValue
        event.data.u64 = .max
        guard epoll_ctl(poll, EPOLL_CTL_ADD, wakeUp, &event) == 0 else { throw SystemError("epoll_ctl") }
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, EventLoop.main, Unmanaged.passRetained(self).toOpaque())
        guard code == 0 else {
            Unmanaged.passUnretained(self).release()
            throw SystemError("pthread_create", code: code)
        }
        pthread_detach(thread)
        self.thread = thread
        // The thread waits for this call, and so sees the fields above.
        mailbox.withLock { $0.work.append(.call {}) }
        wake()
    }

    deinit {
        events.deallocate()
    }

    // MARK: Executor

    package func enqueue(_ job: consuming ExecutorJob) {
        add(.job(UnownedJob(job)))
    }

    package func checkIsolated() {
        precondition(isCurrent, "not on the event loop")
    }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }

    // MARK: Work

    /// Whether the calling thread is the loop's.
    package var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 && !hasEnded }

    /// Calls a function on the loop, later.
    package func execute(_ call: @escaping @Sendable () -> Void) {
        add(.call(call))
    }

    /// Calls a function on the loop: now when this is the loop, later otherwise.
    package func perform(_ call: @escaping @Sendable () -> Void) {
        if isCurrent { call() } else { add(.call(call)) }
    }

    /// Calls a function on the loop and gives its result, from any thread.
    package func submit<Result: Sendable>(_ call: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            perform { continuation.resume(with: Swift.Result { try call() }) }
        }
    }

    private func add(_ work: Work) {
        if isCurrent {
            local.append(work)
            return
        }
        let (first, ended) = mailbox.withLock { mailbox in
            if mailbox.ended { return (false, true) }
            mailbox.work.append(work)
            return (mailbox.work.count == 1, false)
        }
        if ended { EventLoop.runElsewhere(work) } else if first { wake() }
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeUp.number, &one, 8)
    }

    /// A loop that has ended can run nothing; tasks that still prefer it finish on the global pool instead of hanging.
    private static func runElsewhere(_ work: Work) {
        switch work {
        case .job(let job): globalConcurrentExecutor.enqueue(job)
        case .call(let call): Task { call() }
        }
    }

    // MARK: Descriptors

    /// Watches a descriptor; on the loop.
    ///
    /// The source is kept until ``unregister(_:)``.
    ///
    /// - Throws: `SystemError` when the kernel refuses, such as past `fs.epoll.max_user_watches`.
    package func register(
        _ descriptor: Int32,
        _ interest: Readiness,
        _ source: any EventSource
    ) throws(SystemError) {
        precondition(isCurrent)
        let index = Int(descriptor)
        while registrations.count <= index { registrations.append(Registration()) }
        registrations[index].generation &+= 1
        try control(EPOLL_CTL_ADD, descriptor, interest)
        registrations[index].source = source
    }

    /// Changes what is watched of a registered descriptor; on the loop.
    package func modify(_ descriptor: Int32, _ interest: Readiness) throws(SystemError) {
        precondition(isCurrent)
        try control(EPOLL_CTL_MOD, descriptor, interest)
    }

    /// Forgets a descriptor; on the loop, before it is closed.
    ///
    /// Events that were already reported are dropped.
    package func unregister(_ descriptor: Int32) {
        precondition(isCurrent)
        let index = Int(descriptor)
        guard index < registrations.count, registrations[index].source != nil else { return }
        registrations[index].source = nil
        var event = epoll_event()
        epoll_ctl(poll.number, EPOLL_CTL_DEL, descriptor, &event)
    }

    private func control(_ operation: Int32, _ descriptor: Int32, _ interest: Readiness) throws(SystemError) {
        var event = epoll_event()
        event.events = interest.rawValue
        event.data.u64 = UInt64(registrations[Int(descriptor)].generation) << 32 | UInt64(descriptor)
        guard epoll_ctl(poll.number, operation, descriptor, &event) == 0 else { throw SystemError("epoll_ctl") }
    }

    // MARK: Time

    /// Performs an action at a time on the clock of `monotonicNanoseconds()`; on the loop.
    ///
    /// The kernel is asked in milliseconds, so an action comes up to one late.
    @discardableResult
    package func schedule(at deadline: UInt64, _ action: @escaping () -> Void) -> LoopTimer {
        precondition(isCurrent)
        let timer = LoopTimer(deadline: deadline, action: action)
        timers.insert(timer)
        return timer
    }

    /// Performs an action after some seconds; on the loop.
    @discardableResult
    package func schedule(after seconds: Double, _ action: @escaping () -> Void) -> LoopTimer {
        schedule(at: EventLoop.deadline(after: seconds, from: monotonicNanoseconds()), action)
    }

    /// Forgets a timer, if it is still waiting; on the loop.
    package func cancel(_ timer: LoopTimer) {
        precondition(isCurrent)
        timers.remove(timer)
    }

    /// The instant `seconds` after `start`, without overflow.
    package static func deadline(after seconds: Double, from start: UInt64) -> UInt64 {
        start &+ UInt64(max(0, min(seconds, 1e9)) * 1e9)
    }

    /// Waits on the loop's timers, from any thread.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    package func sleep(seconds: Double) async throws {
        let sleeper = Sleeper(loop: self)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                perform { sleeper.start(continuation, seconds: seconds) }
            }
        } onCancel: {
            execute { sleeper.cancel() }
        }
    }

    // MARK: Life

    /// Ends the loop once its pending jobs are done; returns when the thread has left it.
    ///
    /// Sources and timers are dropped. Tasks that still prefer the loop go on in the global pool.
    package func stop() async {
        await withCheckedContinuation { continuation in
            let ended = mailbox.withLock { mailbox in
                if mailbox.ended { return true }
                mailbox.stops = true
                mailbox.waiters.append(continuation)
                return false
            }
            if ended { continuation.resume() } else { wake() }
        }
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        let loop = Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue()
        loop.run()
        return nil
    }

    private func run() {
        var isFirst = true
        while true {
            let timeout: Int32
            if isFirst {
                timeout = -1
            } else if !local.isEmpty || stops {
                timeout = 0
            } else if let deadline = timers.deadline {
                let wait = deadline > now ? (deadline - now + 999_999) / 1_000_000 : 0
                timeout = Int32(min(wait, 3_600_000))
            } else {
                timeout = -1
            }
            let count = epoll_wait(poll.number, events, Int32(EventLoop.eventsPerRound), timeout)
            isFirst = false
            now = monotonicNanoseconds()
            for index in 0..<Int(max(count, 0)) { dispatch(events[index]) }
            while let timer = timers.popDue(now) { timer.action() }
            runJobs()
            now = monotonicNanoseconds()
            if stops && local.isEmpty { break }
        }
        end()
    }

    private func dispatch(_ event: epoll_event) {
        let token = event.data.u64
        if token == .max {
            takeMail()
            return
        }
        let descriptor = Int(token & 0xFFFF_FFFF)
        guard descriptor < registrations.count, registrations[descriptor].generation == UInt32(token >> 32),
            let source = registrations[descriptor].source
        else { return }
        source.ready(Int32(descriptor), Readiness(rawValue: event.events))
    }

    private func takeMail() {
        mailbox.withLock { mailbox in
            local += mailbox.work
            mailbox.work.removeAll(keepingCapacity: true)
            if mailbox.stops { stops = true }
        }
    }

    private func runJobs() {
        let serial = asUnownedSerialExecutor()
        let executor = asUnownedTaskExecutor()
        var count = 0
        while !local.isEmpty && count < EventLoop.jobsPerRound {
            swap(&local, &running)
            count += running.count
            for index in running.indices {
                switch running[index] {
                case .job(let job): job.runSynchronously(isolatedTo: serial, taskExecutor: executor)
                case .call(let call): call()
                }
            }
            running.removeAll(keepingCapacity: true)
        }
    }

    private func end() {
        for index in registrations.indices { registrations[index].source = nil }
        timers.removeAll()
        let (left, waiters) = mailbox.withLock { mailbox in
            mailbox.ended = true
            let left = (mailbox.work, mailbox.waiters)
            mailbox.work = []
            mailbox.waiters = []
            return left
        }
        // From here on no work may be added locally, not even by what runs below.
        let remaining = local + left
        local = []
        hasEnded = true
        for work in remaining { EventLoop.runElsewhere(work) }
        for waiter in waiters { waiter.resume() }
    }
}
