import Glibc

/// Text that compares as RFC 8259 section 8.3 wants: by code units, where Swift's `String` compares by canonical equivalence.
struct JSONText: Hashable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (a: JSONText, b: JSONText) -> Bool { same(a.text, b.text) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    static func same(_ a: String, _ b: String) -> Bool {
        guard a.utf8.count == b.utf8.count else { return false }
        var (x, y) = (a, b)
        return x.withUTF8 { x in y.withUTF8 { y in same(x, y) } }
    }

    static func same(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        guard let x = a.baseAddress, let y = b.baseAddress else { return a.count == b.count }
        return memcmp(x, y, a.count) == 0
    }
}
