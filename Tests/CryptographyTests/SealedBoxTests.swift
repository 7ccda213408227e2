import Basics
import Cryptography
import Testing

@Suite struct SealedBoxTests {
    private func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8).map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x61 + 10 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    @Test func `AES-256-GCM gives the results of the algorithm's own test cases`() throws {
        // Test cases 13 to 16 of McGrew and Viega, "The Galois/Counter Mode of Operation".
        let zero = try SymmetricKey([UInt8](repeating: 0, count: 32))
        let nonce = [UInt8](repeating: 0, count: 12)
        let empty = try SealedBox.seal([], key: zero, context: [], nonce: nonce)
        #expect(Hex.encode(empty) == "01" + Hex.encode(nonce) + "530f8afbc74536b9a963b4f1c4cb738b")
        let block = try SealedBox.seal([UInt8](repeating: 0, count: 16), key: zero, context: [], nonce: nonce)
        #expect(
            Hex.encode(block) == "01" + Hex.encode(nonce) + "d0d1c8a799996bf0265b98b5d48ab919"
                + "cea7403d4d606b6e074ec5d3baf39d18"
        )
        let key = try SymmetricKey(bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))
        let text = bytes(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
        )
        let context = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        let box = try SealedBox.seal(text, key: key, context: context, nonce: bytes("cafebabefacedbaddecaf888"))
        #expect(
            Hex.encode(box) == "01" + "cafebabefacedbaddecaf888" + "76fc6ece0f4e1768cddf8853bb2d551b"
                + "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        )
        #expect(try SealedBox.open(box, key: key, context: context) == text)
    }

    @Test func `no single flipped bit is accepted`() throws {
        let key = SymmetricKey()
        let context = Array("connection:1:secret".utf8)
        let box = try SealedBox.seal(Array("a secret".utf8), key: key, context: context)
        #expect(try SealedBox.open(box, key: key, context: context) == Array("a secret".utf8))
        for bit in 0..<box.count * 8 {
            var changed = box
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: CryptographyError.self) { try SealedBox.open(changed, key: key, context: context) }
        }
    }

    @Test func `another key, another context and a cut box are refused`() throws {
        let key = SymmetricKey()
        let box = try SealedBox.seal([1, 2, 3], key: key, context: [7])
        let wrongKey = #expect(throws: CryptographyError.self) {
            try SealedBox.open(box, key: SymmetricKey(), context: [7])
        }
        #expect(wrongKey?.code == .authenticationFailed)
        let wrongContext = #expect(throws: CryptographyError.self) { try SealedBox.open(box, key: key, context: [8]) }
        #expect(wrongContext?.code == .authenticationFailed)
        let short = #expect(throws: CryptographyError.self) {
            try SealedBox.open(Array(box.prefix(20)), key: key, context: [7])
        }
        #expect(short?.code == .malformedBox)
    }

    @Test func `the same text is sealed differently each time`() throws {
        let key = SymmetricKey()
        #expect(try SealedBox.seal([1], key: key, context: []) != SealedBox.seal([1], key: key, context: []))
    }

    @Test func `a key of the wrong length is refused and a key is never printed`() throws {
        let error = #expect(throws: CryptographyError.self) { try SymmetricKey([1, 2, 3]) }
        #expect(error?.code == .invalidKey)
        let key = try SymmetricKey([UInt8](repeating: 65, count: 32))
        #expect("\(key)" == "‹redacted›")
        #expect(key.fingerprint.count == 8)
        #expect(key.fingerprint != SymmetricKey().fingerprint)
    }
}
