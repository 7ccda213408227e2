/// Where a run is in its life.
package enum RunState: String, Sendable, Hashable, CaseIterable {
    /// About to begin, or to go on.
    case ready
    case running
    /// Until a decision, a time, a signal or another run; nothing of it is in memory.
    case waiting
    /// Until somebody resumes it.
    case paused
    /// What is under way is being finished; then it ends.
    case cancelling
    case done
    case failed
    case cancelled

    /// Whether nothing more will happen, unless somebody redrives it.
    package var isEnded: Bool { self == .done || self == .failed || self == .cancelled }
}
