internal import COpenSSL

/// A key of 256 bits that is wiped from memory when nobody holds it any more.
package final class SymmetricKey: @unchecked Sendable, CustomStringConvertible, CustomReflectable {
    // Safe to share: the memory is written once, before anybody else can see the object.
    private let storage: UnsafeMutableRawBufferPointer

    /// The length of a key in bytes.
    package static let size = 32

    /// A key from 32 bytes.
    ///
    /// - Throws: ``CryptographyError`` with code `invalidKey` for any other length.
    package init(_ bytes: [UInt8]) throws(CryptographyError) {
        guard bytes.count == SymmetricKey.size else {
            throw CryptographyError(.invalidKey, "a key must have 32 bytes, and this one has \(bytes.count)")
        }
        storage = .allocate(byteCount: SymmetricKey.size, alignment: 16)
        storage.copyBytes(from: bytes)
    }

    /// A new random key.
    package init() {
        storage = .allocate(byteCount: SymmetricKey.size, alignment: 16)
        storage.copyBytes(from: RandomBytes.make(SymmetricKey.size))
    }

    deinit {
        OPENSSL_cleanse(storage.baseAddress, storage.count)
        storage.deallocate()
    }

    /// Lends the key's bytes; they must not be kept.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(storage))
    }

    /// The first four bytes of the key's digest in hexadecimal: enough to tell keys apart, no help in guessing one.
    package var fingerprint: String {
        let digest = withBytes { SHA256.hash(Array("switchboard key".utf8) + Array($0)) }
        return digest.prefix(4).map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
    }

    package var description: String { "‹redacted›" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
