import Basics

/// A number that several threads count up.
package final class Counter: Sendable {
    private let number = Locked(0)

    package init() {}

    /// The current number.
    package var value: Int { number.withLock { $0 } }

    /// Adds one and gives the new number.
    @discardableResult
    package func increment() -> Int {
        number.withLock {
            $0 += 1
            return $0
        }
    }
}
