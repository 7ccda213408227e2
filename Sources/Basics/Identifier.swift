/// Makes identifiers that sort by the time they were made: `ep_01jd8q3w5v7m8n9p0r1s2t3v4w`.
///
/// The part after the prefix is a ULID (48 bits of milliseconds, 80 random bits) in Crockford's base 32, lower case.
package enum Identifier {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// A new identifier with a prefix that names its kind, such as `ep`, `run` or `conn`.
    package static func make(_ prefix: String, at instant: Timestamp = SystemClock().now()) -> String {
        var generator = SystemRandomNumberGenerator()
        var high = UInt64(UInt16.random(in: 0...UInt16.max, using: &generator))
        high |= UInt64(bitPattern: max(0, instant.milliseconds)) << 16
        var low = UInt64.random(in: 0...UInt64.max, using: &generator)
        var text = [UInt8](repeating: 0, count: 26)
        for index in stride(from: 25, through: 0, by: -1) {
            text[index] = alphabet[Int(low & 31)]
            low = low >> 5 | high << 59
            high >>= 5
        }
        return prefix + "_" + String(decoding: text, as: UTF8.self)
    }
}
