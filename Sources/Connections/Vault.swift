package import Basics
package import Cryptography
import Storage

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

    private let keys: [SymmetricKey]
    private let prefixes: [[UInt8]]

    private static let prefixSize = 4

    /// A vault that seals with `current` and opens with it or one of `previous`.
    package init(current: SymmetricKey, previous: [SymmetricKey] = []) {
        keys = [current] + previous
        prefixes = keys.map { key in
            Array(key.withBytes { SHA256.hash(Array("switchboard vault".utf8) + Array($0)) }.prefix(Vault.prefixSize))
        }
    }

    /// The vault whose key is in the environment or in a file.
    ///
    /// - Parameters:
    ///   - environmentKey: The value of `SWITCHBOARD_KEY`: 32 bytes in base64. It wins over the file.
    ///   - keyFile: A file of mode 0600 with the same.
    ///   - createsMissing: Whether a new random key is written to the file when there is none.
    /// - Throws: ``ConnectionError`` with code `sealed` that says which key is missing or malformed, and what to do.
    package static func load(
        environmentKey: Secret?,
        keyFile: String,
        createsMissing: Bool
    ) throws(ConnectionError) -> Vault {
        if let environmentKey, !environmentKey.isEmpty {
            return Vault(current: try key(environmentKey.reveal(), from: "SWITCHBOARD_KEY"))
        }
        do {
            if let bytes = try DataFolder.readPrivate(keyFile) {
                let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
                return Vault(current: try key(text, from: keyFile))
            }
            guard createsMissing else {
                throw ConnectionError(
                    .sealed,
                    "There is no key in \(keyFile), but there are secrets that need it. Restore the file, or set "
                        + "SWITCHBOARD_KEY."
                )
            }
            let bytes = RandomBytes.make(SymmetricKey.size)
            try DataFolder.writePrivate(Array((Base64.encode(bytes) + "\n").utf8), to: keyFile)
            return Vault(current: try key(Base64.encode(bytes), from: keyFile))
        } catch let error as ConnectionError {
            throw error
        } catch {
            throw ConnectionError(.storage, "The vault's key cannot be read: \(error)", cause: error)
        }
    }

    /// Whether a value was sealed under the key that seals now.
    package func isCurrent(_ sealed: [UInt8]) -> Bool { Array(sealed.prefix(Vault.prefixSize)) == prefixes[0] }

    /// Seals a value for a place.
    ///
    /// - Throws: ``ConnectionError`` with code `sealed` when the library fails.
    package func seal(_ value: [UInt8], for place: Place) throws(ConnectionError) -> [UInt8] {
        do {
            return prefixes[0] + (try SealedBox.seal(value, key: keys[0], context: place.context))
        } catch { throw ConnectionError(.sealed, "The secret cannot be sealed: \(error).", cause: error) }
    }

    /// Opens what was sealed for a place.
    ///
    /// - Throws: ``ConnectionError`` with code `sealed` when the key is not on the ring, or anything was changed.
    package func open(_ sealed: [UInt8], from place: Place) throws(ConnectionError) -> [UInt8] {
        let prefix = Array(sealed.prefix(Vault.prefixSize))
        guard let position = prefixes.firstIndex(of: prefix) else {
            throw ConnectionError(
                .sealed,
                "it was sealed under another key; set SWITCHBOARD_KEY, or restore the key file, as it was then"
            )
        }
        do {
            return try SealedBox.open(
                Array(sealed.dropFirst(Vault.prefixSize)),
                key: keys[position],
                context: place.context
            )
        } catch {
            throw ConnectionError(.sealed, "it was changed or moved after it had been sealed", cause: error)
        }
    }

    private static func key(_ text: String, from source: String) throws(ConnectionError) -> SymmetricKey {
        guard let bytes = Base64.decode(text), let key = try? SymmetricKey(bytes) else {
            throw ConnectionError(
                .sealed,
                "The key in \(source) is not 32 bytes in base64. Make one with: openssl rand -base64 32"
            )
        }
        return key
    }
}
