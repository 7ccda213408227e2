package import Basics
package import Cryptography
import Storage

/// The keys that wrap the vault's data keys, of which the first one wraps; they live in the environment or in a file.
///
/// The file has one key a line, the present one first. It has more than one only while keys are rotated.
package final class KeyRing: Sendable {
    private let keys: Locked<[SymmetricKey]>
    /// Nil when the environment gives the keys.
    private let file: String?

    /// The keys, the present one first.
    package var all: [SymmetricKey] { keys.withLock { $0 } }
    /// Whether keys can be rotated by this program, because it can write them down.
    package var isInFile: Bool { file != nil }

    private init(_ keys: [SymmetricKey], file: String?) {
        self.keys = Locked(keys)
        self.file = file
    }

    /// The keys in the environment or in a file.
    ///
    /// - Parameters:
    ///   - environmentKey: The value of `SWITCHBOARD_KEY`: 32 bytes in base64. It wins over the file.
    ///   - previousKey: The value of `SWITCHBOARD_KEY_PREVIOUS`: the key before that one, while keys are rotated.
    ///   - keyFile: A file of mode 0600 with the same.
    ///   - createsMissing: Whether a new random key is written to the file when there is none.
    /// - Throws: ``ConnectionError`` with code `sealed` that says which key is missing or malformed, and what to do.
    package static func load(
        environmentKey: Secret?,
        previousKey: Secret? = nil,
        keyFile: String,
        createsMissing: Bool
    ) throws(ConnectionError) -> KeyRing {
        if let environmentKey, !environmentKey.isEmpty {
            var keys = [try key(environmentKey.reveal(), from: "SWITCHBOARD_KEY")]
            if let previousKey, !previousKey.isEmpty {
                keys.append(try key(previousKey.reveal(), from: "SWITCHBOARD_KEY_PREVIOUS"))
            }
            return KeyRing(keys, file: nil)
        }
        do {
            if let bytes = try DataFolder.readPrivate(keyFile) {
                let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
                let texts = lines.map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
                var keys: [SymmetricKey] = []
                for text in texts.isEmpty ? [""] : texts { keys.append(try key(text, from: keyFile)) }
                return KeyRing(keys, file: keyFile)
            }
            guard createsMissing else {
                throw ConnectionError(
                    .sealed,
                    "There is no key in \(keyFile), but there are secrets that need it. Restore the file, or set "
                        + "SWITCHBOARD_KEY."
                )
            }
            let key = SymmetricKey()
            try DataFolder.writePrivate(text(of: [key]), to: keyFile)
            return KeyRing([key], file: keyFile)
        } catch let error as ConnectionError {
            throw error
        } catch {
            throw ConnectionError(.storage, "The vault's key cannot be read: \(error)", cause: error)
        }
    }

    /// Puts a new random key first, on disk before this returns; the others stay until ``retire()``.
    ///
    /// - Throws: ``ConnectionError`` with code `storage`, or `invalid` when the environment gives the keys.
    package func renew() throws(ConnectionError) {
        guard file != nil else {
            throw ConnectionError(
                .invalid,
                "The key comes from SWITCHBOARD_KEY, which this program cannot change. Set SWITCHBOARD_KEY_PREVIOUS to the "
                    + "present key and SWITCHBOARD_KEY to a new one (openssl rand -base64 32), and start again."
            )
        }
        try replace([SymmetricKey()] + all)
    }

    /// Forgets every key but the present one, on disk before this returns.
    ///
    /// - Throws: ``ConnectionError`` with code `storage`.
    package func retire() throws(ConnectionError) {
        guard file != nil, all.count > 1 else { return }
        try replace(Array(all.prefix(1)))
    }

    private func replace(_ new: [SymmetricKey]) throws(ConnectionError) {
        guard let file else { return }
        do {
            try DataFolder.replacePrivate(KeyRing.text(of: new), at: file)
        } catch { throw ConnectionError(.storage, "The vault's key cannot be written: \(error)", cause: error) }
        keys.withLock { $0 = new }
    }

    private static func text(of keys: [SymmetricKey]) -> [UInt8] {
        keys.flatMap { key in key.withBytes { Array((Base64.encode(Array($0)) + "\n").utf8) } }
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
