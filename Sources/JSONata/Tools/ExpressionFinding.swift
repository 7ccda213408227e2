package import Basics

/// What a check found in an expression before it was run.
package struct ExpressionFinding: Sendable, Hashable, CustomStringConvertible {
    /// What kind of problem it is.
    package enum Kind: String, Sendable, Hashable {
        /// The text is not an expression.
        case syntax
        /// A function that neither JSONata nor the expression has.
        case unknownFunction = "unknown function"
        /// A variable that nothing binds; it would be nothing, without an error.
        case unknownVariable = "unknown variable"
        /// A function that must not be called here.
        case refusedFunction = "refused function"
        /// A variable with the name of a function, which cannot be called where the variable is seen.
        case hidesFunction = "hides a function"
        /// A list that is no list when it has one element.
        case collapsingArray = "array that collapses"
        /// An index inside a group, whose context is the whole group.
        case groupContext = "context of a group"
    }

    package var kind: Kind
    package var severity: Diagnostic.Severity
    package var place: SourcePlace
    /// Where that is in UTF-16 code units from the start of the text.
    package var offset = 0
    /// The variable or function that is meant, without its dollar sign, where one is.
    package var name: String?
    /// What is wrong, and what to write instead.
    package var message: String

    package var description: String {
        "\(place.line):\(place.column): \(severity.rawValue): \(message)"
    }
}
