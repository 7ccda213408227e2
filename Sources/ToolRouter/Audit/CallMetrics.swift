import Basics
package import Tools

/// Counts calls for Prometheus.
package final class CallMetrics: Sendable {
    private struct Key: Hashable, Comparable {
        var effect: String
        var outcome: String

        static func < (a: Key, b: Key) -> Bool { (a.effect, a.outcome) < (b.effect, b.outcome) }
    }

    private struct State {
        var calls: [Key: Int] = [:]
        /// Calls by the bucket of ``bounds`` that they fall into; the last one is for all that are longer.
        var durations = [Int](repeating: 0, count: bounds.count + 1)
        var nanoseconds: UInt64 = 0
    }

    /// Seconds.
    private static let bounds = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
    private let state = Locked(State())

    package init() {}

    /// Counts a call.
    package func count(effect: Effect?, outcome: String, nanoseconds: UInt64) {
        let key = Key(effect: effect?.rawValue ?? "none", outcome: outcome)
        let seconds = Double(nanoseconds) / 1_000_000_000
        let bucket = CallMetrics.bounds.firstIndex { seconds <= $0 } ?? CallMetrics.bounds.count
        state.withLock { state in
            state.calls[key, default: 0] += 1
            state.durations[bucket] += 1
            state.nanoseconds += nanoseconds
        }
    }

    /// The counts in Prometheus' text format (version 0.0.4).
    ///
    /// - Parameters:
    ///   - gauges: More values: name, what it means, value.
    ///   - version: The program's version.
    package func text(gauges: [(name: String, help: String, value: Int)], version: String) -> String {
        let (calls, durations, nanoseconds) = state.withLock { ($0.calls, $0.durations, $0.nanoseconds) }
        var text = """
            # HELP switchboard_build_info The program that is running.
            # TYPE switchboard_build_info gauge
            switchboard_build_info{version="\(version)"} 1
            # HELP switchboard_tool_calls_total Calls of tools, by what they do and what came of them.
            # TYPE switchboard_tool_calls_total counter

            """
        for (key, count) in calls.sorted(by: { $0.key < $1.key }) {
            text += "switchboard_tool_calls_total{effect=\"\(key.effect)\",outcome=\"\(key.outcome)\"} \(count)\n"
        }
        text += """
            # HELP switchboard_tool_call_duration_seconds How long calls of tools took.
            # TYPE switchboard_tool_call_duration_seconds histogram

            """
        var total = 0
        for (bound, count) in zip(CallMetrics.bounds.map { "\($0)" } + ["+Inf"], durations) {
            total += count
            text += "switchboard_tool_call_duration_seconds_bucket{le=\"\(bound)\"} \(total)\n"
        }
        text += "switchboard_tool_call_duration_seconds_sum \(Double(nanoseconds) / 1_000_000_000)\n"
        text += "switchboard_tool_call_duration_seconds_count \(total)\n"
        for gauge in gauges {
            text += "# HELP \(gauge.name) \(gauge.help)\n# TYPE \(gauge.name) gauge\n\(gauge.name) \(gauge.value)\n"
        }
        return text
    }
}
