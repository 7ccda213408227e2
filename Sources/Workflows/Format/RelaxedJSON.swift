/// Makes strict JSON of a text with `//` comments and trailing commas, without moving a byte.
enum RelaxedJSON {
    /// The text with spaces in place of every comment, and of every comma that only space and comments separate from a
    /// closing bracket.
    ///
    /// Offsets, lines and columns stay what they are, so that errors of the strict reader are right for the file.
    static func strict(_ bytes: [UInt8]) -> [UInt8] {
        var text = bytes
        var position = 0
        var comma: Int?
        // Whether a comma may stand here; one that may not stays, for the strict reader to refuse.
        var followsValue = false
        while position < text.count {
            switch text[position] {
            case 0x22:
                position += 1
                while position < text.count, text[position] != 0x22 { position += text[position] == 0x5C ? 2 : 1 }
                (comma, followsValue) = (nil, true)
            case 0x2F where position + 1 < text.count && text[position + 1] == 0x2F:
                while position < text.count, text[position] != 0x0A, text[position] != 0x0D {
                    text[position] = 0x20
                    position += 1
                }
                continue
            case 0x2C: (comma, followsValue) = (followsValue ? position : nil, false)
            case 0x7D, 0x5D:
                if let comma { text[comma] = 0x20 }
                (comma, followsValue) = (nil, true)
            case 0x7B, 0x5B, 0x3A: (comma, followsValue) = (nil, false)
            case 0x20, 0x0A, 0x0D, 0x09: break
            default: (comma, followsValue) = (nil, true)
            }
            position += 1
        }
        return text
    }
}
