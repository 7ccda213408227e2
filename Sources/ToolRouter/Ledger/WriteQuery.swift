/// Which rows of the ledger to read.
package struct WriteQuery: Sendable, Hashable {
    /// Any of these; empty for all.
    package var states: [WriteState]
    package var run: String?
    /// Only writes that are not a run's.
    package var withoutRun: Bool
    /// The id after which to go on.
    package var after: String?
    package var limit: Int

    package init(
        states: [WriteState] = [],
        run: String? = nil,
        withoutRun: Bool = false,
        after: String? = nil,
        limit: Int = 100
    ) {
        self.states = states
        self.run = run
        self.withoutRun = withoutRun
        self.after = after
        self.limit = limit
    }
}
