/// A queue between one sender and one receiver whose sender suspends while it is full.
///
/// `AsyncStream` has no back pressure; this does. Cancelling the receiver, or dropping it, makes `send` answer false.
package final class BoundedChannel<Element: Sendable>: Sendable {
    private struct State {
        var items: [Element] = []
        var closed = false
        var failure: (any Error)?
        var receiver: CheckedContinuation<Element?, any Error>?
        var sender: CheckedContinuation<Bool, Never>?
    }

    private enum SendStep {
        case done(Bool), deliver(CheckedContinuation<Element?, any Error>), wait
    }

    private enum ReceiveStep {
        case answer(Result<Element?, any Error>, CheckedContinuation<Bool, Never>?), wait
    }

    private let capacity: Int
    private let state = Locked(State())

    /// A channel that holds up to `capacity` elements before its sender waits; at least 1.
    package init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// Hands over an element; false when nobody will ever receive it.
    package func send(_ element: Element) async -> Bool {
        let step: SendStep = state.withLock { state in
            if state.closed { return .done(false) }
            if let receiver = state.receiver.take() { return .deliver(receiver) }
            state.items.append(element)
            return state.items.count <= capacity ? .done(true) : .wait
        }
        switch step {
        case .done(let answer): return answer
        case .deliver(let receiver):
            receiver.resume(returning: element)
            return true
        case .wait:
            return await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let answer: Bool? = state.withLock { state in
                        if state.closed { return false }
                        if state.items.count <= capacity { return true }
                        state.sender = continuation
                        return nil
                    }
                    if let answer { continuation.resume(returning: answer) }
                }
            } onCancel: {
                cancel()
            }
        }
    }

    /// The next element, waiting for it; nil at the end.
    ///
    /// - Throws: What ``finish(throwing:)`` was given, or `CancellationError`.
    package func receive() async throws -> Element? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let step: ReceiveStep = state.withLock { state in
                    if !state.items.isEmpty {
                        let element = state.items.removeFirst()
                        return .answer(.success(element), state.sender.take())
                    }
                    if state.closed {
                        if let failure = state.failure.take() { return .answer(.failure(failure), nil) }
                        return .answer(.success(nil), nil)
                    }
                    state.receiver = continuation
                    return .wait
                }
                if case .answer(let result, let sender) = step {
                    sender?.resume(returning: true)
                    continuation.resume(with: result)
                }
            }
        } onCancel: {
            finish(throwing: CancellationError())
        }
    }

    /// Ends the channel: what is queued is still received, then the end, or `error`.
    package func finish(throwing error: (any Error)? = nil) {
        let (receiver, sender) = state.withLock { state in
            guard !state.closed else {
                return (nil as CheckedContinuation<Element?, any Error>?, nil as CheckedContinuation<Bool, Never>?)
            }
            state.closed = true
            let receiver = state.receiver.take()
            if receiver == nil { state.failure = error }
            return (receiver, state.sender.take())
        }
        sender?.resume(returning: false)
        if let error { receiver?.resume(throwing: error) } else { receiver?.resume(returning: nil) }
    }

    /// Ends the channel at once and drops what is queued; for a receiver that has lost interest.
    package func cancel() {
        state.withLock { $0.items.removeAll() }
        finish()
    }
}
