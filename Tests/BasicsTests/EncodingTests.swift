import Basics
import Testing

@Suite struct EncodingTests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `base64 has the vectors of RFC 4648`(text: String, encoded: String) {
        #expect(Base64.encode(text.utf8) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
    }

    @Test(arguments: ["Zg=", "Zg", "Zh==", "Z===", "Zm9v\n", "====", "Zm-v", "Zg==Zg=="])
    func `base64 that is not canonical is refused`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func `the URL alphabet is safe in URLs and reads back`() {
        let bytes = (0...255).map { UInt8($0) }
        let text = Base64.encodeURL(bytes)
        #expect(text.utf8.allSatisfy { $0 == 0x2D || $0 == 0x5F || $0 >= 0x30 && $0 <= 0x39 || $0 | 0x20 >= 0x61 })
        #expect(Base64.decodeURL(text) == bytes)
        #expect(Base64.decodeURL("ab+/") == nil)
    }

    @Test func `hexadecimal digits are lower case`() {
        #expect(Hex.encode([0x00, 0xAF, 0xFF]) == "00afff")
    }

    @Test func `identifiers sort by the time they were made`() {
        let made = (0..<50).map { Identifier.make("run", at: Timestamp(milliseconds: 1_795_165_200_000 + Int64($0))) }
        #expect(made.sorted() == made)
        #expect(made.allSatisfy { $0.hasPrefix("run_") && $0.count == 30 })
        #expect(Identifier.make("x") != Identifier.make("x"))
    }

    @Test func `a secret does not show itself`() {
        let secret = Secret("hunter2")
        #expect("\(secret)" == "‹redacted›")
        #expect(String(reflecting: secret) == "‹redacted›")
        var dumped = ""
        dump(["key": secret], to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(secret.reveal() == "hunter2")
    }
}
