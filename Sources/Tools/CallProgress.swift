/// Where a call that takes long says how far it is.
package final class CallProgress: Sendable, Hashable {
    private let report: @Sendable (_ done: Int, _ total: Int?, _ message: String) -> Void

    /// - Parameter report: Takes how much has been done, of how much where that is known, and both in words.
    package init(_ report: @escaping @Sendable (_ done: Int, _ total: Int?, _ message: String) -> Void) {
        self.report = report
    }

    /// Says how far the call is; the same or less than before is of no interest to anybody.
    package func tell(_ done: Int, of total: Int?, _ message: String) { report(done, total, message) }

    package static func == (a: CallProgress, b: CallProgress) -> Bool { a === b }

    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
