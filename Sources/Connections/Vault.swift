import Basics
package import Cryptography

/// Seals what must not be read on disk, under a ring of keys of which the first one seals.
///
/// A sealed value starts with the fingerprint of its key (4 bytes), then comes a ``SealedBox``. It is bound to the place
/// it was sealed for, so that a copy in another row or column does not open.
package struct Vault: Sendable {
    /// Where a value lives: part of what its seal protects.
    package struct Place: Sendable, Hashable {
        package var table: String
        package var row: String
        package var column: String
        /// What else must not change while the seal holds, such as the address that a credential goes to.
        package var binding: [UInt8]

        package init(table: String, row: String, column: String, binding: [UInt8] = []) {
            self.table = table
            self.row = row
            self.column = column
            self.binding = binding
        }

        var context: [UInt8] { Array("\(table):\(row):\(column)".utf8) + (binding.isEmpty ? [] : [0] + binding) }
    }

    private struct Ring {
        var keys: [SymmetricKey]
        var prefixes: [[UInt8]]
    }

    /// Shared by every copy, so that all of them seal with the key of now.
    private final class Keys: Sendable {
        let ring: Locked<Ring>

        init(_ ring: Ring) { self.ring = Locked(ring) }
    }

    private let keys: Keys
    private var ring: Ring { keys.ring.withLock { $0 } }

    private static let prefixSize = 4

    /// A vault that seals with `current` and opens with it or one of `previous`.
    package init(current: SymmetricKey, previous: [SymmetricKey] = []) {
        let all = [current] + previous
        keys = Keys(Ring(keys: all, prefixes: all.map { Vault.prefix(of: $0) }))
    }

    private static func prefix(of key: SymmetricKey) -> [UInt8] {
        Array(key.withBytes { SHA256.hash(Array("switchboard vault".utf8) + Array($0)) }.prefix(prefixSize))
    }

    /// Seals with another key from now on; what the others sealed still opens.
    func sealNow(with key: SymmetricKey) {
        let prefix = Vault.prefix(of: key)
        keys.ring.withLock { ring in
            ring.keys.insert(key, at: 0)
            ring.prefixes.insert(prefix, at: 0)
        }
    }

    /// Whether a value was sealed under the key that seals now.
    package func isCurrent(_ sealed: [UInt8]) -> Bool { Array(sealed.prefix(Vault.prefixSize)) == ring.prefixes[0] }

    /// Whether a value was sealed under one of the keys; one that has been changed since may not open all the same.
    package func hasKey(of sealed: [UInt8]) -> Bool { ring.prefixes.contains(Array(sealed.prefix(Vault.prefixSize))) }

    /// Seals a value for a place.
    ///
    /// - Throws: ``ConnectionError`` with code `sealed` when the library fails.
    package func seal(_ value: [UInt8], for place: Place) throws(ConnectionError) -> [UInt8] {
        let ring = ring
        do {
            return ring.prefixes[0] + (try SealedBox.seal(value, key: ring.keys[0], context: place.context))
        } catch { throw ConnectionError(.sealed, "The secret cannot be sealed: \(error).", cause: error) }
    }

    /// Opens what was sealed for a place.
    ///
    /// - Throws: ``ConnectionError`` with code `sealed` when the key is not on the ring, or anything was changed.
    package func open(_ sealed: [UInt8], from place: Place) throws(ConnectionError) -> [UInt8] {
        let prefix = Array(sealed.prefix(Vault.prefixSize))
        let ring = ring
        guard let position = ring.prefixes.firstIndex(of: prefix) else {
            throw ConnectionError(
                .sealed,
                "it was sealed under another key; set SWITCHBOARD_KEY, or restore the key file, as it was then"
            )
        }
        do {
            return try SealedBox.open(
                Array(sealed.dropFirst(Vault.prefixSize)),
                key: ring.keys[position],
                context: place.context
            )
        } catch {
            throw ConnectionError(.sealed, "it was changed or moved after it had been sealed", cause: error)
        }
    }
}
