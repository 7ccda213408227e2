import ATSSandbox

/// How the simulated systems misbehave during one life of a child.
enum KillWeather: String, CaseIterable, Sendable {
    case calm
    /// Every request is taken up late.
    case slow
    /// Writes are done late, also when their client has left by then.
    case lateWork
    /// Writes are done at once, and answered late.
    case lateAnswer
    /// What was written is missing in lists for a while.
    case lateLists
    /// Writes are done, and answered with HTTP 500.
    case failsAfterWork
    /// Writes are not done, and answered with HTTP 500.
    case failsBeforeWork
    /// Writes are done, and the answer breaks off or cannot be read.
    case brokenAnswers
    /// Whatever is asked for is refused with 429, many times in a row.
    case storm
    /// Late work, late lists and HTTP 500 after it, all at once.
    case everything

    /// Seconds by which work or an answer is late.
    static let late = 0.1
    /// Seconds for which lists lag.
    ///
    /// With ``late`` it stays well below the settle time of the benches.
    static let lag = 0.15

    /// What is armed when a life begins.
    ///
    /// - Parameter skipped: How many writes go well first.
    func faults(skipping skipped: Int) -> [SandboxFault] {
        switch self {
        case .calm: []
        case .slow: [SandboxFault(.delayBefore(0.04), count: 12)]
        case .lateWork: writes(.lateWork(KillWeather.late), skipped, 4)
        case .lateAnswer: writes(.delayAfter(KillWeather.late), skipped, 4)
        case .lateLists: writes(.listLag(KillWeather.lag), 0, nil)
        case .failsAfterWork: writes(.failAfterWork(500), skipped, 2)
        case .failsBeforeWork: writes(.status(500, headers: [:], body: nil), skipped, 2)
        case .brokenAnswers: writes(.cutOff(10), skipped, 1) + writes(.malformed, skipped + 2, 1)
        case .storm:
            [
                SandboxFault(.status(429, headers: ["Retry-After": "0"], body: nil), after: skipped, count: 12),
                SandboxFault(.status(429, headers: ["Retry-After": "1"], body: nil), after: skipped + 12, count: 2),
            ]
        case .everything:
            writes(.listLag(KillWeather.lag), 0, nil) + writes(.lateWork(KillWeather.late), skipped, 3)
                + writes(.failAfterWork(500), skipped, 2)
        }
    }

    private func writes(_ kind: SandboxFault.Kind, _ after: Int, _ count: Int?) -> [SandboxFault] {
        ["comments.create", "candidate.createNote", "application.changeStage"].map {
            SandboxFault(kind, operation: $0, after: after, count: count)
        }
    }
}
