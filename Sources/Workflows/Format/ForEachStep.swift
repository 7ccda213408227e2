/// Steps that are run once for each item of a list, each with checkpoints of its own.
package struct ForEachStep: Sendable {
    package var list: Formula
    /// The name under which the steps see their item; its position from 0 is `$index`.
    package var variable: String
    /// The text that tells items apart, in this run and when it is resumed; no two may be the same.
    package var key: Formula
    /// How many items are worked on at once, 1 to 32.
    package var concurrency: Int
    /// A longer list fails the step before anything is done, 1 to 100,000.
    package var maxItems: Int
    /// How many items may fail before the loop stops; nil for all of them.
    package var stopAfterFailures: Int?
    package var steps: [Step]
}
