/// A call of a tool.
package struct CallStep: Sendable {
    /// What happens when a list has more items than were asked for.
    package enum Overflow: String, Sendable, CaseIterable {
        /// The step fails, so that nothing is done to half of a list that was taken for the whole.
        case fail
        /// The items up to the limit are taken.
        case stop
    }

    /// Reads a list to its end; the value is then the array of items.
    package struct Paging: Sendable {
        /// The most items to read.
        package var max: CountLimit
        package var onMax: Overflow
    }

    package var tool: String
    /// The alias of the connection, a key of `connections`.
    package var connection: String
    /// An object of arguments; nil for none.
    package var arguments: Template?
    package var paging: Paging?
    /// The name that makes a write one of its kind, in all runs; nil for the step's path in this run.
    package var once: Formula?
}
