/// Escapes text for a JSON string.
package enum JSONEscape {
    private static let hexadecimal = Array("0123456789abcdef".utf8)

    /// Appends UTF-8 text with quotes, backslashes and control characters escaped.
    package static func append(_ text: some Collection<UInt8>, to bytes: inout [UInt8]) {
        let done: Void? = text.withContiguousStorageIfAvailable { append($0, to: &bytes) }
        if done == nil { Array(text).withUnsafeBufferPointer { append($0, to: &bytes) } }
    }

    private static func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        guard let base = text.baseAddress else { return }
        var start = 0
        var position = 0
        let count = text.count
        while position < count {
            // Eight bytes at a time while none of them needs an escape.
            while position + 8 <= count {
                let word = UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self)
                let control = (word &- 0x2020_2020_2020_2020) & ~word
                let quote = word ^ 0x2222_2222_2222_2222
                let slash = word ^ 0x5C5C_5C5C_5C5C_5C5C
                let hit =
                    (control | ((quote &- 0x0101_0101_0101_0101) & ~quote)
                        | ((slash &- 0x0101_0101_0101_0101) & ~slash)) & 0x8080_8080_8080_8080
                if hit != 0 { break }
                position += 8
            }
            guard position < count else { break }
            let byte = base[position]
            if byte >= 0x20 && byte != 0x22 && byte != 0x5C {
                position += 1
                continue
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<position]))
            switch byte {
            case 0x22: bytes.append(contentsOf: [0x5C, 0x22])
            case 0x5C: bytes.append(contentsOf: [0x5C, 0x5C])
            case 0x0A: bytes.append(contentsOf: [0x5C, 0x6E])
            case 0x0D: bytes.append(contentsOf: [0x5C, 0x72])
            case 0x09: bytes.append(contentsOf: [0x5C, 0x74])
            default:
                bytes.append(contentsOf: [0x5C, 0x75, 0x30, 0x30])
                bytes.append(hexadecimal[Int(byte >> 4)])
                bytes.append(hexadecimal[Int(byte & 15)])
            }
            position += 1
            start = position
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<count]))
    }
}
