/// Cuts bytes into lines.
package struct LineSplitter: Sendable {
    private var rest: [UInt8] = []
    private var isSkipping = false
    private let limit: Int

    /// Lines up to `limit` bytes; in place of a longer one comes text that is not JSON.
    package init(limit: Int) {
        self.limit = limit
    }

    /// The lines that these bytes complete, without `\n` or `\r\n`.
    package mutating func lines(in bytes: ArraySlice<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var bytes = bytes
        while let end = bytes.firstIndex(of: 0x0A) {
            add(bytes[..<end])
            if let line = finish() { lines.append(line) }
            bytes = bytes[(end + 1)...]
        }
        add(bytes)
        return lines
    }

    /// The last line, when the input ended without a line break.
    package mutating func last() -> [UInt8]? {
        rest.isEmpty && !isSkipping ? nil : finish()
    }

    private mutating func add(_ bytes: ArraySlice<UInt8>) {
        guard !isSkipping else { return }
        rest += bytes
        if rest.count > limit {
            rest = []
            isSkipping = true
        }
    }

    private mutating func finish() -> [UInt8]? {
        defer {
            rest.removeAll(keepingCapacity: rest.capacity <= 1 << 16)
            isSkipping = false
        }
        // Not JSON, so that the answer is a parse error instead of silence.
        if isSkipping { return Array("too long".utf8) }
        if rest.last == 0x0D { rest.removeLast() }
        return rest
    }
}
