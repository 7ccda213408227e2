import Glibc
import Testing

/// Random and mutated expressions; `SWITCHBOARD_JSONATA_FUZZ` says how many, and `SWITCHBOARD_FUZZ_SEED` which.
@Suite struct FuzzTests {
    private static func setting(_ name: String, _ standard: Int) -> Int {
        getenv(name).flatMap { Int(String(cString: $0)) } ?? standard
    }

    @Test func `no expression crashes or hangs`() {
        let count = Self.setting("SWITCHBOARD_JSONATA_FUZZ", 4_000)
        var fuzzer = ExpressionFuzzer(seed: UInt64(Self.setting("SWITCHBOARD_FUZZ_SEED", 7)))
        let parsed = fuzzer.run(count: count)
        // If nearly nothing were an expression, nothing would be evaluated.
        #expect(parsed > count / 10)
    }

    @Test func `the same seed makes the same expressions`() {
        var first = ExpressionFuzzer(seed: 3)
        var second = ExpressionFuzzer(seed: 3)
        for _ in 0..<100 { #expect(first.next() == second.next()) }
    }
}
