internal import COpenSSL

/// HMAC with SHA-256 (RFC 2104).
package enum HMACSHA256 {
    /// The code of a message under a key: 32 bytes.
    package static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: SHA256.digestSize) { buffer, count in
            // A null key would mean "the one before", so an empty one still needs an address.
            (key.isEmpty ? [0] : key).withUnsafeBytes { keyBytes in
                _ = HMAC(
                    EVP_sha256(),
                    keyBytes.baseAddress,
                    Int32(key.count),
                    message,
                    message.count,
                    buffer.baseAddress,
                    nil
                )
            }
            count = SHA256.digestSize
        }
    }

    /// Whether a code is the right one, found out in a time that does not depend on where it differs.
    package static func isValid(_ code: [UInt8], for message: [UInt8], key: [UInt8]) -> Bool {
        ConstantTime.equal(code, authenticate(message, key: key))
    }
}
