internal import COpenSSL

/// Comparison that tells an onlooker with a clock nothing about where two secrets differ.
package enum ConstantTime {
    /// Whether two byte strings are equal; only their lengths can be learned from the time it takes.
    package static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
    }
}
