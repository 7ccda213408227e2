/// A pause.
package enum WaitStep: Sendable {
    case duration(ISODuration)
    /// Until a moment that a formula gives as ISO 8601 text or in milliseconds since 1970.
    case until(Formula)
    /// Until a signal of that name comes; an error with code `timeout` when it has not come within `max`.
    case signal(String, max: ISODuration)
}
