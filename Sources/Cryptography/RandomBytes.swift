internal import COpenSSL

/// Bytes from the library's generator of cryptographic randomness.
package enum RandomBytes {
    /// `count` unpredictable bytes.
    package static func make(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            guard RAND_bytes(buffer.baseAddress, Int32(count)) == 1 else {
                preconditionFailure("the system gives no random bytes")
            }
            initialized = count
        }
    }
}
