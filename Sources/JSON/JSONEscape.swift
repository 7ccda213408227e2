import Glibc

/// Escapes text for a JSON string, and JSON for a line.
package enum JSONEscape {
    private static let hexadecimal: StaticString = "0123456789abcdef"
    private static let chunk = 4096

    /// Appends UTF-8 text with quotes, backslashes and control characters escaped.
    package static func append(_ text: some Collection<UInt8>, to bytes: inout [UInt8]) {
        let done: Void? = text.withContiguousStorageIfAvailable { append($0, to: &bytes) }
        if done == nil { Array(text).withUnsafeBufferPointer { append($0, to: &bytes) } }
    }

    /// Replaces the line breaks of a valid JSON text by spaces, so that it fits into one line of an event stream.
    ///
    /// Valid JSON has raw line breaks only between tokens, where a space means the same.
    package static func joinLines(_ json: inout [UInt8]) {
        let needed = json.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return false }
            return memchr(base, 0x0A, buffer.count) != nil || memchr(base, 0x0D, buffer.count) != nil
        }
        guard needed else { return }
        json.withUnsafeMutableBufferPointer { buffer in
            for index in buffer.indices where buffer[index] == 0x0A || buffer[index] == 0x0D { buffer[index] = 0x20 }
        }
    }

    static func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        guard let base = text.baseAddress, text.count > 0 else { return }
        bytes.reserveCapacity(grown(bytes.capacity, toHold: bytes.count + text.count))
        // A byte becomes six at most; room for eight more lets whole words be stored.
        let room = min(text.count, chunk) * 6 + 8
        withUnsafeTemporaryAllocation(byteCount: room, alignment: 8) { output in
            guard let out = output.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            var start = 0
            while start < text.count {
                let length = min(text.count - start, chunk)
                let written = escape(base + start, length, to: out)
                bytes.append(contentsOf: UnsafeBufferPointer(start: out, count: written))
                start += length
            }
        }
    }

    private static func grown(_ capacity: Int, toHold count: Int) -> Int {
        count <= capacity ? capacity : max(count + count / 8, capacity * 2)
    }

    private static func escape(
        _ input: UnsafePointer<UInt8>,
        _ count: Int,
        to output: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var position = 0
        var written = 0
        while position < count {
            if position + 8 <= count {
                let word = UnsafeRawPointer(input + position).loadUnaligned(as: UInt64.self).littleEndian
                UnsafeMutableRawPointer(output + written).storeBytes(of: word.littleEndian, as: UInt64.self)
                let marks = JSONScanner.special(word)
                let plain = marks == 0 ? 8 : marks.trailingZeroBitCount >> 3
                position += plain
                written += plain
                if marks == 0 { continue }
            }
            let byte = input[position]
            position += 1
            let short: UInt8
            switch byte {
            case 0x22, 0x5C: short = byte
            case 0x0A: short = 0x6E
            case 0x0D: short = 0x72
            case 0x09: short = 0x74
            case 0x08: short = 0x62
            case 0x0C: short = 0x66
            case 0..<0x20:
                output[written] = 0x5C
                output[written + 1] = 0x75
                output[written + 2] = 0x30
                output[written + 3] = 0x30
                output[written + 4] = hexadecimal.utf8Start[Int(byte >> 4)]
                output[written + 5] = hexadecimal.utf8Start[Int(byte & 15)]
                written += 6
                continue
            default:
                output[written] = byte
                written += 1
                continue
            }
            output[written] = 0x5C
            output[written + 1] = short
            written += 2
        }
        return written
    }
}
