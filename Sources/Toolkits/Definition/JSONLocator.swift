import JSON

/// Finds the line and column of a value in JSON text that is known to be well formed.
enum JSONLocator {
    /// Where the value at a pointer starts, or the innermost value on the way to it that exists.
    static func locate(_ pointer: JSONPointer, in text: [UInt8]) -> (line: Int, column: Int)? {
        var scanner = Scanner(text: text)
        scanner.skipSpace()
        var found = scanner.position
        for token in pointer.tokens {
            guard scanner.enter(token) else { break }
            found = scanner.position
        }
        guard found < text.count else { return nil }
        var line = 1
        var column = 1
        for byte in text[..<found] {
            column = byte == 0x0A ? 1 : column + 1
            if byte == 0x0A { line += 1 }
        }
        return (line, column)
    }

    private struct Scanner {
        let text: [UInt8]
        var position = 0

        var current: UInt8 { position < text.count ? text[position] : 0 }

        mutating func skipSpace() {
            while [0x20, 0x0A, 0x0D, 0x09].contains(current) { position += 1 }
        }

        /// Moves to a member or element of the value that starts here.
        mutating func enter(_ token: String) -> Bool {
            let isObject = current == 0x7B
            guard isObject || current == 0x5B else { return false }
            let wanted = isObject ? Array(JSONWriter.bytes(of: .string(token))) : []
            position += 1
            var index = 0
            while position < text.count {
                skipSpace()
                if current == 0x7D || current == 0x5D { return false }
                var matches = String(index) == token
                if isObject {
                    let start = position
                    skipString()
                    matches = text[start..<position].elementsEqual(wanted)
                    skipSpace()
                    position += 1
                    skipSpace()
                }
                if matches { return true }
                skipValue()
                skipSpace()
                if current == 0x2C { position += 1 }
                index += 1
            }
            return false
        }

        private mutating func skipString() {
            position += 1
            while position < text.count, current != 0x22 { position += current == 0x5C ? 2 : 1 }
            position += 1
        }

        private mutating func skipValue() {
            var depth = 0
            while position < text.count {
                switch current {
                case 0x22:
                    skipString()
                    if depth == 0 { return }
                    continue
                case 0x7B, 0x5B: depth += 1
                case 0x7D, 0x5D:
                    if depth == 0 { return }
                    depth -= 1
                    if depth == 0 {
                        position += 1
                        return
                    }
                case 0x2C where depth == 0: return
                default: break
                }
                position += 1
            }
        }
    }
}
