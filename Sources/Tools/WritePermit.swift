/// Says that a call which changes something has been written down, so that it may be sent.
///
/// Only the write ledger makes one (`scripts/lint` looks), and what reaches a transport refuses a write without it: a new
/// way to make calls that forgets the ledger then fails at its first write instead of doubling records one day.
package struct WritePermit: Sendable, Hashable {
    /// The public id of the write's row; nil where the ledger is switched off for a control.
    package var write: String?

    package init(write: String?) { self.write = write }
}
