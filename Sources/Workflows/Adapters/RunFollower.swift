import Basics
import Tools

/// Tells whoever waits for a run how far it is, a few times a second at most.
final class RunFollower: Sendable {
    /// Seconds between two words.
    private static let interval = 0.25

    private let run: String
    private let engine: WorkflowEngine
    private let progress: CallProgress
    private let state = Locked(RunProgress())

    init(_ run: String, engine: WorkflowEngine, progress: CallProgress) {
        self.run = run
        self.engine = engine
        self.progress = progress
    }

    /// Follows the run as long as something else takes.
    func follow(while waiting: () async -> Void) async {
        let events = engine.events(of: run)
        let pause = engine.parts.pause
        let reader = Task {
            await self.look()
            for await event in events { self.state.withLock { $0.take(event) } }
        }
        let teller = Task {
            while !Task.isCancelled {
                await pause(RunFollower.interval)
                if !Task.isCancelled { self.tell() }
            }
        }
        await waiting()
        reader.cancel()
        teller.cancel()
        await look()
        tell()
    }

    /// Takes what is written down: what happened before anybody followed.
    private func look() async {
        guard let known = try? await engine.parts.journal.progress(of: run) else { return }
        state.withLock { $0.merge(known) }
    }

    private func tell() {
        let state = state.withLock { $0 }
        if state.done > 0 { progress.tell(state.done, of: state.total, state.message) }
    }
}
