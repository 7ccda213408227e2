import Basics
import Testing

@Suite struct LazyTests {
    @Test func `a value is made once, however many ask at the same time`() async {
        let count = Locked(0)
        let value = Lazy {
            count.withLock {
                $0 += 1; return $0
            }
        }
        let answers = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<50 { group.addTask { value.value } }
            return await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(answers == [1])
    }
}
