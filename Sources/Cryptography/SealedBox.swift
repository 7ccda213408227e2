internal import COpenSSL

/// Authenticated encryption with AES-256-GCM (NIST SP 800-38D).
///
/// A box is one byte of version (1), the nonce (12 bytes, random), the tag (16 bytes), and the encrypted text. Random
/// nonces allow 2³² boxes under one key.
package enum SealedBox {
    static let version: UInt8 = 1
    static let nonceSize = 12
    static let tagSize = 16

    /// How much longer a box is than its text, in bytes.
    package static let overhead = 1 + nonceSize + tagSize

    /// Encrypts a text and binds it to a context, which is needed again to open the box but is not in it.
    ///
    /// - Throws: ``CryptographyError`` with code `library`.
    package static func seal(
        _ text: [UInt8],
        key: SymmetricKey,
        context: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        try seal(text, key: key, context: context, nonce: RandomBytes.make(nonceSize))
    }

    /// As ``seal(_:key:context:)`` with a chosen nonce of 12 bytes, for checking against published vectors.
    ///
    /// Two boxes under one key and nonce give the key stream away.
    package static func seal(
        _ text: [UInt8],
        key: SymmetricKey,
        context: [UInt8],
        nonce: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        precondition(nonce.count == nonceSize)
        let cipher = try CipherContext()
        var encrypted = [UInt8](repeating: 0, count: text.count)
        var tag = [UInt8](repeating: 0, count: tagSize)
        var written: Int32 = 0
        let started = key.withBytes {
            EVP_EncryptInit_ex(
                cipher.pointer,
                Algorithms.aes256GCM,
                nil,
                $0.bindMemory(to: UInt8.self).baseAddress,
                nonce
            )
        }
        guard started == 1,
            context.isEmpty || EVP_EncryptUpdate(cipher.pointer, nil, &written, context, Int32(context.count)) == 1,
            text.isEmpty || EVP_EncryptUpdate(cipher.pointer, &encrypted, &written, text, Int32(text.count)) == 1,
            // GCM pads nothing, so the final step writes nothing, but it insists on an address.
            EVP_EncryptFinal_ex(cipher.pointer, &tag, &written) == 1,
            EVP_CIPHER_CTX_ctrl(cipher.pointer, EVP_CTRL_AEAD_GET_TAG, Int32(tagSize), &tag) == 1
        else { throw CryptographyError(.library, "libcrypto could not encrypt") }
        return [version] + nonce + tag + encrypted
    }

    /// Decrypts a box that was sealed under the same key and context.
    ///
    /// - Throws: ``CryptographyError`` with code `authenticationFailed` when the key, the context or any bit of the box
    ///   is another one, `malformedBox` when it is no box.
    package static func open(
        _ box: [UInt8],
        key: SymmetricKey,
        context: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        guard box.count >= overhead, box[0] == version else {
            throw CryptographyError(.malformedBox, "this is not a sealed box of version \(version)")
        }
        let cipher = try CipherContext()
        let nonce = Array(box[1..<1 + nonceSize])
        var tag = Array(box[1 + nonceSize..<overhead])
        let encrypted = Array(box[overhead...])
        var text = [UInt8](repeating: 0, count: encrypted.count)
        var written: Int32 = 0
        let started = key.withBytes {
            EVP_DecryptInit_ex(
                cipher.pointer,
                Algorithms.aes256GCM,
                nil,
                $0.bindMemory(to: UInt8.self).baseAddress,
                nonce
            )
        }
        guard started == 1,
            context.isEmpty || EVP_DecryptUpdate(cipher.pointer, nil, &written, context, Int32(context.count)) == 1,
            encrypted.isEmpty
                || EVP_DecryptUpdate(cipher.pointer, &text, &written, encrypted, Int32(encrypted.count)) == 1,
            EVP_CIPHER_CTX_ctrl(cipher.pointer, EVP_CTRL_AEAD_SET_TAG, Int32(tagSize), &tag) == 1
        else { throw CryptographyError(.library, "libcrypto could not decrypt") }
        guard EVP_DecryptFinal_ex(cipher.pointer, &tag, &written) == 1 else {
            throw CryptographyError(.authenticationFailed, "the key is another one, or the sealed data was changed")
        }
        return text
    }
}

private struct CipherContext: ~Copyable {
    let pointer: OpaquePointer

    init() throws(CryptographyError) {
        guard let pointer = EVP_CIPHER_CTX_new() else {
            throw CryptographyError(.library, "libcrypto has no memory for a cipher")
        }
        self.pointer = pointer
    }

    deinit {
        EVP_CIPHER_CTX_free(pointer)
    }
}
