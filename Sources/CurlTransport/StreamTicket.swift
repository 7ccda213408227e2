import Basics

/// What the reader of a streamed response holds: when it is cancelled, or dropped, the transfer ends.
final class StreamTicket: Sendable {
    private let action: Locked<(@Sendable () -> Void)?>

    init(_ action: @escaping @Sendable () -> Void) {
        self.action = Locked(action)
    }

    deinit {
        cancel()
    }

    func cancel() {
        let action = self.action.withLock { $0.take() }
        action?()
    }
}
