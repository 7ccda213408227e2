package import Basics
package import JSON
import JSONata

/// What the formulas of a step can see: variables, and the moment that counts as now.
package struct FormulaScope: Sendable {
    /// Values by name, without the dollar sign: `input`, `run`, step ids, loop variables, `index`.
    package var bindings: [String: JSONValue]
    /// What `$now`, `$millis` and `$daysSince` go by; the same for all formulas of one step, and on its replay.
    package var now: Timestamp

    package init(bindings: [String: JSONValue] = [:], now: Timestamp) {
        self.bindings = bindings
        self.now = now
    }

    /// The same with one more value, or with one taken away.
    package func binding(_ name: String, _ value: JSONValue?) -> FormulaScope {
        var scope = self
        scope.bindings[name] = value
        return scope
    }

    /// Twenty thousand rows are filtered, sorted and tabulated well within these; a runaway formula ends within 2 seconds.
    static let limits = EvaluationLimits(steps: 20_000_000, milliseconds: 2_000, resultBytes: 32 << 20)

    var options: EvaluationOptions {
        EvaluationOptions(limits: FormulaScope.limits, allowsEval: false, allowsRandom: false, now: now)
    }
}
