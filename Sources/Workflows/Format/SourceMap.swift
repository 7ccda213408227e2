/// Finds lines and columns in the text of a workflow file.
package struct SourceMap: Sendable {
    private let bytes: [UInt8]
    private let lineStarts: [Int]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var starts = [0]
        for (position, byte) in bytes.enumerated() where byte == 0x0A { starts.append(position + 1) }
        lineStarts = starts
    }

    /// The line, and the column in bytes, of a byte; both from 1.
    package func place(of offset: Int) -> (line: Int, column: Int) {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return (low + 1, offset - lineStarts[low] + 1)
    }

    /// The line and column of a UTF-16 code unit of the expression at an anchor, through the escapes of its string.
    package func place(of anchor: TextAnchor, unit: Int = 0) -> (line: Int, column: Int) {
        guard anchor.offset < bytes.count, bytes[anchor.offset] == 0x22 else { return place(of: anchor.offset) }
        if anchor.skipped + unit == 0 { return place(of: anchor.offset) }
        var position = anchor.offset + 1
        var left = anchor.skipped + unit
        while left > 0, position < bytes.count, bytes[position] != 0x22 {
            switch bytes[position] {
            case 0x5C:
                position += position + 1 < bytes.count && bytes[position + 1] == 0x75 ? 6 : 2
                left -= 1
            case 0xF0...0xF4:
                position += 4
                left -= 2
            case 0xE0...0xEF:
                position += 3
                left -= 1
            case 0xC2...0xDF:
                position += 2
                left -= 1
            default:
                position += 1
                left -= 1
            }
        }
        return place(of: min(position, max(0, bytes.count - 1)))
    }

    /// The last quote before a byte.
    func lastQuote(before offset: Int) -> Int? { bytes[..<offset].lastIndex(of: 0x22) }
}
