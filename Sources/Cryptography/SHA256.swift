internal import COpenSSL

/// SHA-256 (FIPS 180-4), piece by piece or at once.
package struct SHA256: ~Copyable {
    /// The length of a digest in bytes.
    package static let digestSize = 32

    private let context: OpaquePointer

    /// A computation that has seen nothing yet.
    package init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, Algorithms.sha256, nil) == 1 else {
            preconditionFailure("libcrypto offers no SHA-256")
        }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Takes in more of the message.
    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Takes in more of the message.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// Takes in more of the message as UTF-8.
    package mutating func update(_ text: String) {
        update(Array(text.utf8))
    }

    /// The digest of everything that was taken in: 32 bytes.
    package consuming func finalize() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: SHA256.digestSize) { buffer, count in
            EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
            count = SHA256.digestSize
        }
    }

    /// The digest of a whole message: 32 bytes.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: SHA256.digestSize) { buffer, count in
            guard EVP_Digest(bytes, bytes.count, buffer.baseAddress, nil, Algorithms.sha256, nil) == 1 else {
                preconditionFailure("libcrypto offers no SHA-256")
            }
            count = SHA256.digestSize
        }
    }

    /// The digest of a text's UTF-8: 32 bytes.
    package static func hash(_ text: String) -> [UInt8] {
        hash(Array(text.utf8))
    }
}
