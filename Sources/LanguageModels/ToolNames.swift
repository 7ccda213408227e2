/// Translates tool names to what every provider accepts, `^[a-zA-Z0-9_-]{1,64}$`, and back.
///
/// A name that already fits stays. Any other gets its bad characters replaced and a hash of the original appended, so that
/// the result does not depend on which other tools there are: `a.b` and `a/b` differ from each other and from `a_b`.
package struct ToolNames: Sendable, Hashable {
    private var wireNames: [String: String] = [:]
    private var originals: [String: String] = [:]

    package init(_ names: [String] = []) {
        for name in names where ToolNames.fits(name) { originals[name] = name }
        for name in names.sorted() where !ToolNames.fits(name) {
            var salt: UInt32 = 0
            var wire = ToolNames.sanitized(name, salt: salt)
            while let taken = originals[wire], taken != name {
                salt += 1
                wire = ToolNames.sanitized(name, salt: salt)
            }
            originals[wire] = name
            wireNames[name] = wire
        }
    }

    /// The name to send for a tool.
    package func wire(_ name: String) -> String {
        wireNames[name] ?? ToolNames.sanitized(name, salt: 0)
    }

    /// The tool that a name on the wire means; the name itself when it was never offered.
    package func original(_ wire: String) -> String { originals[wire] ?? wire }

    /// Whether a name on the wire was offered.
    package func offers(_ wire: String) -> Bool { originals[wire] != nil }

    private static func fits(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && name.utf8.allSatisfy(isAllowed)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }

    private static func sanitized(_ name: String, salt: UInt32) -> String {
        if salt == 0, fits(name) { return name }
        // FNV-1a, because the hash has to be the same in every run.
        var hash: UInt32 = 0x811C_9DC5 &+ salt
        for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        let digits = String(hash, radix: 16)
        let kept = name.utf8.prefix(55).map { isAllowed($0) ? $0 : 0x5F }
        return String(decoding: kept, as: UTF8.self) + "_" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
