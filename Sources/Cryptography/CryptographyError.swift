/// Why something could not be sealed, opened or computed.
package struct CryptographyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of problem it is.
    package enum Code: String, Sendable, Hashable {
        /// A key has the wrong length.
        case invalidKey
        /// A sealed box is too short, or of a version that this program does not know.
        case malformedBox
        /// The key is wrong, or the box or its context was changed after sealing.
        case authenticationFailed
        /// The library failed, as it does when memory or randomness runs out.
        case library
    }

    package var code: Code
    /// What happened; never with a secret.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
