/// Identifiers that depend on the seed, what they name, and a number; never on the machine or the time.
enum StableID {
    private static let crockford = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// A UUID that looks like version 4 (RFC 9562 section 5.4).
    static func uuid(_ kind: String, _ number: Int, seed: UInt64) -> String {
        var random = SplitMix64(seed: SplitMix64.hash(kind, seed: seed) &+ UInt64(bitPattern: Int64(number)))
        var high = random.next()
        var low = random.next()
        high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return String(unsafeUninitializedCapacity: 36) { text in
            var position = 0
            var index = 0
            while index < 32 {
                if index == 8 || index == 12 || index == 16 || index == 20 {
                    text[position] = 0x2D
                    position += 1
                }
                let digit = (index < 16 ? high : low) >> UInt64(60 - (index & 15) * 4) & 15
                text[position] = UInt8(digit < 10 ? 0x30 + digit : 0x57 + digit)
                position += 1
                index += 1
            }
            return position
        }
    }

    /// A ULID for a request: the clock's time, then bits of what was asked.
    static func ulid(milliseconds: Int64, _ bits: UInt64) -> String {
        var text = [UInt8](repeating: 0, count: 26)
        var time = UInt64(bitPattern: max(0, milliseconds))
        for index in stride(from: 9, through: 0, by: -1) {
            text[index] = crockford[Int(time & 31)]
            time >>= 5
        }
        var random = SplitMix64(seed: bits)
        for index in 10..<26 { text[index] = crockford[Int(random.next() >> 59)] }
        return String(decoding: text, as: UTF8.self)
    }

    /// Letters and digits of a given length.
    static func token(_ length: Int, _ bits: UInt64) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var random = SplitMix64(seed: bits)
        return String(decoding: (0..<length).map { _ in alphabet[random.below(alphabet.count)] }, as: UTF8.self)
    }

    /// Whether a text has the form of a UUID; case does not matter.
    static func isUUID(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return false }
        for (index, byte) in bytes.enumerated() {
            switch index {
            case 8, 13, 18, 23: guard byte == 0x2D else { return false }
            default:
                let isDigit = (0x30...0x39).contains(byte)
                let isLetter = (0x61...0x66).contains(byte | 0x20)
                guard isDigit || isLetter else { return false }
            }
        }
        return true
    }
}
