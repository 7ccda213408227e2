import Synchronization

/// Says from any thread that work should be given up; once raised it stays so.
final class AbortFlag: Sendable {
    private let value = Atomic(false)

    var isRaised: Bool { value.load(ordering: .relaxed) }

    func raise() { value.store(true, ordering: .relaxed) }
}
