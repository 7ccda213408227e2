internal import COpenSSL

/// The algorithms, fetched from libcrypto's providers once: looking one up costs more than hashing a token.
enum Algorithms {
    // Both are immutable after they are fetched, and libcrypto lets any number of threads use them.
    nonisolated(unsafe) static let sha256: OpaquePointer? = EVP_MD_fetch(nil, "SHA2-256", nil)
    nonisolated(unsafe) static let aes256GCM: OpaquePointer? = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)
}
