/// What a call does to the world, which decides what may be done when its outcome is not known.
package enum Effect: String, Sendable, Hashable, CaseIterable {
    /// Changes nothing.
    case read
    /// Brings something into a state; doing it twice is the same as doing it once.
    case set
    /// Adds a record; doing it twice adds two.
    case create
    /// Adds a record under an idempotency key that the other side honours.
    case keyed
    /// Leaves the system and cannot be looked up afterwards, such as an e-mail.
    case send
    /// Cannot be undone.
    case destroy

    /// Whether the call changes anything at all.
    package var isWrite: Bool { self != .read }
}
