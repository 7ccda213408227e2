/// One wait of a task for a timer of its loop.
///
/// Sendable because every method runs on the loop.
final class Sleeper: @unchecked Sendable {
    private let loop: EventLoop
    private var timer: LoopTimer?
    private var continuation: CheckedContinuation<Void, any Error>?
    private var isCancelled = false

    init(loop: EventLoop) {
        self.loop = loop
    }

    func start(_ continuation: CheckedContinuation<Void, any Error>, seconds: Double) {
        guard !isCancelled else {
            continuation.resume(throwing: CancellationError())
            return
        }
        self.continuation = continuation
        timer = loop.schedule(after: seconds) { self.finish(.success(())) }
    }

    func cancel() {
        isCancelled = true
        finish(.failure(CancellationError()))
    }

    private func finish(_ result: Result<Void, any Error>) {
        if let timer = timer.take() { loop.cancel(timer) }
        continuation.take()?.resume(with: result)
    }
}
