import Basics
import EventLoops
import Testing
import TestSupport

struct EventLoopTests {
    @Test func `a task that prefers a loop stays on it across suspensions`() async throws {
        let loop = try EventLoop()
        let places = await Task(executorPreference: loop) {
            var places = [loop.isCurrent]
            await Task.yield()
            places.append(loop.isCurrent)
            try? await loop.sleep(seconds: 0.001)
            places.append(loop.isCurrent)
            await elsewhere()
            places.append(loop.isCurrent)
            return places
        }.value
        #expect(places == [true, true, true, true])
        #expect(!loop.isCurrent)
        await loop.stop()
    }

    @concurrent private func elsewhere() async {
        await Task.yield()
    }

    @Test func `an actor whose executor is the loop runs on it`() async throws {
        let loop = try EventLoop()
        let resident = Resident(loop: loop)
        #expect(await resident.isAtHome())
        await loop.stop()
    }

    @Test func `calls are made in order and on the loop`() async throws {
        let loop = try EventLoop()
        let order = Locked<[Int]>([])
        for number in 0..<100 { loop.execute { order.withLock { $0.append(number) } } }
        let isOnLoop = try await loop.submit { loop.isCurrent }
        #expect(isOnLoop)
        #expect(order.withLock { $0 } == Array(0..<100))
        await loop.stop()
    }

    @Test func `timers fire in the order of their deadlines, cancelled ones never`() async throws {
        let loop = try EventLoop()
        let fired = Locked<[Int]>([])
        let gate = Gate()
        try await loop.submit {
            let now = monotonicNanoseconds()
            for number in [5, 1, 4, 2, 3] {
                loop.schedule(at: now + UInt64(number) * 1000) { fired.withLock { $0.append(number) } }
            }
            let cancelled = loop.schedule(at: now + 2500) { fired.withLock { $0.append(99) } }
            loop.schedule(at: now + 9000) { gate.open() }
            loop.cancel(cancelled)
        }
        await gate.pass()
        #expect(fired.withLock { $0 } == [1, 2, 3, 4, 5])
        await loop.stop()
    }

    @Test func `a thousand timers in random order keep their order while others are cancelled`() async throws {
        let loop = try EventLoop()
        let fired = Locked<[UInt64]>([])
        let gate = Gate()
        try await loop.submit {
            var seed: UInt64 = 42
            var cancelled: [LoopTimer] = []
            let now = monotonicNanoseconds()
            for number in 0..<1000 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let deadline = now + seed >> 33 % 1_000_000
                let timer = loop.schedule(at: deadline) { fired.withLock { $0.append(deadline) } }
                if number % 3 == 0 { cancelled.append(timer) }
            }
            for timer in cancelled { loop.cancel(timer) }
            loop.schedule(at: now + 2_000_000_000 / 1000) { gate.open() }
        }
        await gate.pass()
        let deadlines = fired.withLock { $0 }
        #expect(deadlines == deadlines.sorted())
        await loop.stop()
    }

    @Test(.timeLimit(.minutes(10)))
    func `a cancelled sleep does not wait for its end`() async throws {
        let loop = try EventLoop()
        let task = Task { try await loop.sleep(seconds: 86_400) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await loop.stop()
    }

    @Test func `a task that outlives its loop goes on in the global pool`() async throws {
        let loop = try EventLoop()
        let gate = Gate()
        let task = Task(executorPreference: loop) {
            await gate.pass()
            return loop.isCurrent
        }
        await loop.stop()
        gate.open()
        #expect(await task.value == false)
    }

    @Test func `a group gives its loops in turn and knows the current one`() async throws {
        let group = try EventLoopGroup(count: 2)
        #expect(group.next() !== group.next())
        #expect(group.current == nil)
        let loop = group.loops[1]
        #expect(try await loop.submit { group.current === loop })
        await group.stop()
    }
}

private actor Resident {
    private let loop: EventLoop

    init(loop: EventLoop) {
        self.loop = loop
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    func isAtHome() async -> Bool {
        await Task.yield()
        return loop.isCurrent
    }
}
