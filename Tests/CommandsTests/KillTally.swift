import Basics
import Glibc

/// Counts kills and what became of the runs, and prints how far it has come.
final class KillTally: Sendable {
    private struct State {
        var kills = 0
        var byManner: [String: Int] = [:]
        var byWeather: [KillWeather: Int] = [:]
        var byClock: [String: Int] = [:]
        var verdict = KillVerdict()
        var printed = 0
    }

    private let state = Locked(State())
    private let wanted: Int
    private let start = monotonicNanoseconds()
    private let deadline: Double

    /// - Parameters:
    ///   - wanted: How many kills are enough.
    ///   - seconds: After how long it is enough anyway; nil for never.
    init(wanted: Int, seconds: Double?) {
        self.wanted = wanted
        deadline = seconds ?? .infinity
    }

    private var seconds: Double { Double(monotonicNanoseconds() - start) / 1e9 }

    /// Whether there is no more to be killed: enough was, or a run went wrong.
    var isOver: Bool {
        let isLate = seconds > deadline
        return state.withLock { $0.kills >= wanted || isLate || !$0.verdict.isClean }
    }

    var kills: Int { state.withLock { $0.kills } }
    var verdict: KillVerdict { state.withLock { $0.verdict } }
    /// The places at which a child has killed itself.
    var places: Set<String> { state.withLock { Set($0.byManner.keys) } }
    /// The kinds of weather in which a child was killed.
    var weathers: Set<KillWeather> { state.withLock { Set($0.byWeather.keys) } }

    /// Counts a kill.
    ///
    /// - Parameters:
    ///   - manner: Where or how.
    ///   - weather: What had happened to a request of that child; nil when nothing had yet.
    ///   - clock: By how many seconds its clock was wrong.
    func count(_ manner: String, under weather: KillWeather?, clock: Int) {
        state.withLock { state in
            state.kills += 1
            state.byManner[manner, default: 0] += 1
            if let weather { state.byWeather[weather, default: 0] += 1 }
            if clock != 0 { state.byClock["\(clock > 0 ? "+" : "")\(clock / 3600) h", default: 0] += 1 }
        }
    }

    func add(_ verdict: KillVerdict) {
        let seconds = seconds
        let line: String? = state.withLock { state in
            state.verdict.add(verdict)
            guard state.kills / 500 > state.printed || !verdict.isClean else { return nil }
            state.printed = state.kills / 500
            return "\(state.kills) of \(wanted) kills, \(state.verdict.runs) runs, \(Int(seconds)) s: \(state.verdict)"
        }
        guard let line else { return }
        KillTally.say(line)
    }

    /// Prints a line at once, also where the output is a file.
    static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }

    /// What was killed under which circumstances, and one line that says it all.
    func summary(seed: Int) -> String {
        let seconds = seconds
        return state.withLock { state in
            func list(_ counts: [String: Int]) -> String {
                counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
                    .joined(separator: ", ")
            }
            let weathers = Dictionary(uniqueKeysWithValues: state.byWeather.map { ($0.key.rawValue, $0.value) })
            let rate = (Double(state.kills) / max(seconds, 0.001) * 10).rounded() / 10
            return """
                kills by place: \(list(state.byManner))
                kills after these had struck the same life: \(list(weathers))
                kills with a wrong clock: \(list(state.byClock))
                workflow kills \(state.kills) in \(Int(seconds)) s (\(rate)/s), runs \(state.verdict.runs), \
                writes \(state.verdict.writes), \(state.verdict), seed \(seed)
                """
        }
    }
}
