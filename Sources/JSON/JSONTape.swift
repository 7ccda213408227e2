/// The places of all values of a validated text, in the order in which they start.
///
/// A container is followed by what is in it; a member is its name, a string node, followed by its value.
final class JSONTape: @unchecked Sendable {
    // Safe to share: the nodes are written by `read` before anyone else has the object, and never again.

    struct Node {
        /// The first byte of the value.
        var start: UInt32
        /// The byte after the value.
        var end: UInt32
        /// The node after the value and all that is in it; while a container is open, the container around it.
        var next: UInt32
        var kind: Kind
        /// Whether a string has a backslash in it.
        var isEscaped = false
    }

    enum Kind: UInt8 {
        case null, `true`, `false`, number, string, array, object
    }

    let bytes: [UInt8]
    private(set) var count = 0
    private var nodes: UnsafeMutablePointer<Node>
    private var capacity: Int

    /// Reads a whole text; nil when it is not JSON or nested too deep.
    ///
    /// Who wants to know why asks ``JSONParser``.
    init?(_ bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        capacity = bytes.count / 8 + 8
        nodes = .allocate(capacity: capacity)
        guard bytes.count < Int(UInt32.max), bytes.withUnsafeBufferPointer({ read($0, maximumDepth) }) else {
            return nil
        }
    }

    deinit {
        nodes.deallocate()
    }

    subscript(index: Int) -> Node { nodes[index] }

    private func append(_ kind: Kind, from start: Int, to end: Int, next: Int) {
        if count == capacity { grow() }
        nodes[count] = Node(
            start: UInt32(truncatingIfNeeded: start),
            end: UInt32(truncatingIfNeeded: end),
            next: UInt32(truncatingIfNeeded: next),
            kind: kind
        )
        count += 1
    }

    private func grow() {
        let larger = UnsafeMutablePointer<Node>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: nodes, count: count)
        nodes.deallocate()
        nodes = larger
        capacity *= 2
    }

    private func read(_ buffer: UnsafeBufferPointer<UInt8>, _ maximumDepth: Int) -> Bool {
        guard let base = buffer.baseAddress else { return false }
        var scanner = JSONScanner(base: base, count: buffer.count)
        let none = Int(UInt32.max)
        var open = none
        var depth = 0
        values: while true {
            scanner.skipSpace()
            let start = scanner.position
            switch scanner.byte {
            case 0x7B, 0x5B:
                let isObject = scanner.byte == 0x7B
                depth += 1
                guard depth <= maximumDepth else { return false }
                append(isObject ? .object : .array, from: start, to: 0, next: open)
                open = count - 1
                scanner.position += 1
                scanner.skipSpace()
                if scanner.byte != (isObject ? 0x7D : 0x5D) {
                    if isObject { guard readName(&scanner) else { return false } }
                    continue values
                }
            case 0x22:
                guard readString(&scanner) else { return false }
            case 0x74:
                guard scanner.skip("true") else { return false }
                append(.true, from: start, to: scanner.position, next: count + 1)
            case 0x66:
                guard scanner.skip("false") else { return false }
                append(.false, from: start, to: scanner.position, next: count + 1)
            case 0x6E:
                guard scanner.skip("null") else { return false }
                append(.null, from: start, to: scanner.position, next: count + 1)
            case 0x2D, 0x30...0x39:
                guard scanner.skipNumber() else { return false }
                append(.number, from: start, to: scanner.position, next: count + 1)
            default: return false
            }
            while open != none {
                scanner.skipSpace()
                let isObject = nodes[open].kind == .object
                if scanner.byte == 0x2C {
                    scanner.position += 1
                    if isObject {
                        scanner.skipSpace()
                        guard readName(&scanner) else { return false }
                    }
                    continue values
                }
                guard scanner.byte == (isObject ? 0x7D : 0x5D) else { return false }
                scanner.position += 1
                depth -= 1
                let around = Int(nodes[open].next)
                nodes[open].end = UInt32(truncatingIfNeeded: scanner.position)
                nodes[open].next = UInt32(truncatingIfNeeded: count)
                open = around
            }
            scanner.skipSpace()
            return scanner.position == scanner.count
        }
    }

    private func readString(_ scanner: inout JSONScanner) -> Bool {
        let start = scanner.position
        guard let isEscaped = scanner.skipString() else { return false }
        append(.string, from: start, to: scanner.position, next: count + 1)
        nodes[count - 1].isEscaped = isEscaped
        return true
    }

    private func readName(_ scanner: inout JSONScanner) -> Bool {
        guard scanner.byte == 0x22, readString(&scanner) else { return false }
        scanner.skipSpace()
        guard scanner.byte == 0x3A else { return false }
        scanner.position += 1
        return true
    }
}
