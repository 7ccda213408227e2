import JSON

/// A number that the file gives, or that is computed from the run's input.
package enum CountLimit: Sendable {
    case number(Int)
    case formula(Formula)

    /// The number in a scope.
    ///
    /// - Throws: ``WorkflowError`` with code `limit` when a formula gives no whole number of at least 0.
    package func value(_ scope: FormulaScope) throws(WorkflowError) -> Int {
        switch self {
        case .number(let number): return number
        case .formula(let formula):
            guard let number = try formula.evaluate(scope)?.integer, number >= 0 else {
                throw WorkflowError(
                    "limit",
                    "\(formula.anchor.pointer): the formula must give a whole number of at least 0: \(formula.text)"
                )
            }
            return number
        }
    }
}
