import Basics

/// Reads an expression for mistakes that would otherwise show only when it runs, or not at all.
package struct ExpressionChecker: Sendable {
    /// The variables that will be bound from outside, without their dollar signs.
    package var variables: Set<String>

    /// The functions that may not be called, without their dollar signs.
    package var refusedFunctions: Set<String>
    /// Whether the result will be taken for an array, so that a list that collapses to one value is worth a warning.
    package var wantsArray: Bool

    package init(variables: Set<String> = [], refusedFunctions: Set<String> = [], wantsArray: Bool = true) {
        self.variables = variables
        self.refusedFunctions = refusedFunctions
        self.wantsArray = wantsArray
    }

    /// What is wrong with the text, in the order of the text; nothing when it is right.
    package func check(_ text: String) -> [ExpressionFinding] {
        let expression: Expression
        do {
            expression = try Expression(text)
        } catch {
            let place = error.place(in: text) ?? SourcePlace(line: 1, column: 1)
            return [ExpressionFinding(kind: .syntax, severity: .error, place: place, message: error.message)]
        }
        return check(expression)
    }

    /// What is wrong with an expression that has been parsed.
    package func check(_ expression: Expression) -> [ExpressionFinding] {
        var walk = ExpressionWalk(text: expression.text, variables: variables, refused: refusedFunctions)
        for name in variables.sorted() where Builtins.table[name] != nil {
            walk.report(.hidesFunction, .error, 0, "The variable $\(name) hides the function $\(name)(); rename it.")
        }
        walk.visit(expression.tree.root, ExpressionWalk.Context(wantsArray: wantsArray))
        return walk.findings
    }
}
