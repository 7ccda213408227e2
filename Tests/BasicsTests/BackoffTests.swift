import Basics
import Testing

@Suite struct BackoffTests {
    @Test func `waits double up to the limit, and what the other side asked for wins`() {
        let backoff = Backoff(base: 0.5, limit: 8, jitter: 0.25)
        #expect((1...7).map { backoff.delay(attempt: $0, random: 0) } == [0.5, 1, 2, 4, 8, 8, 8])
        #expect(backoff.delay(attempt: 1, random: 1) == 0.375)
        #expect(backoff.delay(attempt: 1, floor: 30, random: 0) == 30)
        #expect(backoff.delay(attempt: Int.max, random: 0) == 8)
    }
}
