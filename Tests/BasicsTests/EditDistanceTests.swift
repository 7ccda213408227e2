import Basics
import Testing

@Suite struct EditDistanceTests {
    @Test(arguments: [
        ("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 1), ("jobs", "job", 1), ("a", "b", 1),
    ])
    func `edits are counted, a swap of neighbours as one`(a: String, b: String, distance: Int) {
        #expect(EditDistance.between(a, b) == distance)
        #expect(EditDistance.between(b, a) == distance)
    }

    @Test func `the nearest names come first and far ones not at all`() {
        let names = ["list_jobs", "list_job", "get_candidate", "list_jobs_all"]
        #expect(EditDistance.nearest(to: "list_jbos", in: names, limit: 3) == ["list_jobs", "list_job"])
        #expect(EditDistance.nearest(to: "zzzzzzzz", in: names, limit: 3) == [])
    }

    @Test func `waits double up to the limit, and what the other side asked for wins`() {
        let backoff = Backoff(base: 0.5, limit: 8, jitter: 0.25)
        #expect((1...7).map { backoff.delay(attempt: $0, random: 0) } == [0.5, 1, 2, 4, 8, 8, 8])
        #expect(backoff.delay(attempt: 1, random: 1) == 0.375)
        #expect(backoff.delay(attempt: 1, floor: 30, random: 0) == 30)
        #expect(backoff.delay(attempt: Int.max, random: 0) == 8)
    }
}
