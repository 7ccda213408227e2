/// A value that is made when it is first asked for, once, whichever thread asks.
package final class Lazy<Value: Sendable>: Sendable {
    private let make: @Sendable () -> Value
    private let made = Locked<Value?>(nil)

    /// A value that `make` will make; it must not ask for the same value.
    package init(_ make: @escaping @Sendable () -> Value) {
        self.make = make
    }

    /// The value; whoever asks while it is being made waits.
    package var value: Value {
        made.withLock { made in
            if let made { return made }
            let value = make()
            made = value
            return value
        }
    }
}
