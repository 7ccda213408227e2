/// Reads JSON text (RFC 8259) into values.
///
/// Strict: no comments, no trailing commas, no lone surrogates, valid UTF-8 only.
package struct JSONParser {
    /// Limits for text that comes from outside.
    package struct Options: Sendable, Hashable {
        /// How deep arrays and objects may nest, 1 to 512.
        package var maximumDepth = 128
        /// How long the text may be, in bytes.
        package var maximumSize = 64 << 20
        /// Whether an object with the same name twice is refused; otherwise the last one counts.
        package var refusesDuplicateNames = false

        package init(maximumDepth: Int = 128, maximumSize: Int = 64 << 20, refusesDuplicateNames: Bool = false) {
            self.maximumDepth = min(maximumDepth, 512)
            self.maximumSize = maximumSize
            self.refusesDuplicateNames = refusesDuplicateNames
        }
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private let options: Options
    private var position = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>, _ options: Options) {
        self.bytes = bytes
        self.options = options
    }

    /// The value of a whole text.
    ///
    /// - Throws: ``JSONError`` with line and column.
    package static func parse(
        _ bytes: [UInt8],
        options: Options = Options()
    ) throws(JSONError) -> JSONValue {
        try parse(bytes[...], options: options)
    }

    /// The value of a whole text.
    ///
    /// - Throws: ``JSONError`` with line and column.
    package static func parse(
        _ bytes: ArraySlice<UInt8>,
        options: Options = Options()
    ) throws(JSONError) -> JSONValue {
        guard bytes.count <= options.maximumSize else {
            throw JSONError(.tooLarge, "the text is longer than \(options.maximumSize) bytes", at: 0, in: [])
        }
        return try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            var parser = JSONParser(buffer, options)
            return try parser.parseWhole()
        }
    }

    /// The value of a whole text.
    ///
    /// - Throws: ``JSONError`` with line and column.
    package static func parse(_ text: String, options: Options = Options()) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8), options: options)
    }

    /// The value of a text that has been checked before.
    static func value(ofValid bytes: UnsafeBufferPointer<UInt8>) -> JSONValue {
        var parser = JSONParser(bytes, Options(maximumDepth: 512))
        // Cannot fail: `JSONTape` accepts nothing that this parser refuses.
        return (try? parser.parseValue(depth: 1)) ?? .null
    }

    private mutating func parseWhole() throws(JSONError) -> JSONValue {
        skipSpace()
        let value = try parseValue(depth: 1)
        skipSpace()
        guard position == bytes.count else { throw error("there is text after the value") }
        return value
    }

    private func error(_ message: String, code: JSONError.Code = .syntax, at offset: Int? = nil) -> JSONError {
        JSONError(code, message, at: offset ?? position, in: bytes)
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func parseValue(depth: Int) throws(JSONError) -> JSONValue {
        guard position < bytes.count else { throw error("the text ends where a value should be") }
        switch bytes[position] {
        case 0x7B: return try parseObject(depth: depth)
        case 0x5B: return try parseArray(depth: depth)
        case 0x22: return .string(try parseString())
        case 0x74:
            try expect("true")
            return .bool(true)
        case 0x66:
            try expect("false")
            return .bool(false)
        case 0x6E:
            try expect("null")
            return .null
        case 0x2D, 0x30...0x39: return .number(try parseNumber())
        default: throw error("a value cannot start with \(shown(bytes[position]))")
        }
    }

    private func shown(_ byte: UInt8) -> String {
        byte > 0x20 && byte < 0x7F ? "'\(Character(UnicodeScalar(byte)))'" : "byte 0x\(String(byte, radix: 16))"
    }

    private mutating func expect(_ word: StaticString) throws(JSONError) {
        let count = word.utf8CodeUnitCount
        for index in 0..<count {
            guard position + index < bytes.count, bytes[position + index] == word.utf8Start[index] else {
                throw error("expected '\(word)'")
            }
        }
        position += count
    }

    private mutating func parseObject(depth: Int) throws(JSONError) -> JSONValue {
        guard depth <= options.maximumDepth else {
            throw error("nested deeper than \(options.maximumDepth) levels", code: .tooDeep)
        }
        position += 1
        var object = JSONObject()
        skipSpace()
        if position < bytes.count, bytes[position] == 0x7D {
            position += 1
            return .object(object)
        }
        while true {
            guard position < bytes.count, bytes[position] == 0x22 else {
                throw error("expected a member name in double quotes")
            }
            let start = position
            let name = try parseString()
            skipSpace()
            guard position < bytes.count, bytes[position] == 0x3A else { throw error("expected ':' after a name") }
            position += 1
            skipSpace()
            let value = try parseValue(depth: depth + 1)
            if object[name] != nil {
                if options.refusesDuplicateNames {
                    throw error("the name \"\(name)\" is used twice in one object", code: .duplicateName, at: start)
                }
                object[name] = value
            } else {
                object.append(name: name, value: value)
            }
            skipSpace()
            guard position < bytes.count else { throw error("the text ends inside an object") }
            switch bytes[position] {
            case 0x2C:
                position += 1
                skipSpace()
            case 0x7D:
                position += 1
                return .object(object)
            default: throw error("expected ',' or '}' after a member")
            }
        }
    }

    private mutating func parseArray(depth: Int) throws(JSONError) -> JSONValue {
        guard depth <= options.maximumDepth else {
            throw error("nested deeper than \(options.maximumDepth) levels", code: .tooDeep)
        }
        position += 1
        var array: [JSONValue] = []
        skipSpace()
        if position < bytes.count, bytes[position] == 0x5D {
            position += 1
            return .array(array)
        }
        while true {
            array.append(try parseValue(depth: depth + 1))
            skipSpace()
            guard position < bytes.count else { throw error("the text ends inside an array") }
            switch bytes[position] {
            case 0x2C:
                position += 1
                skipSpace()
            case 0x5D:
                position += 1
                return .array(array)
            default: throw error("expected ',' or ']' after an element")
            }
        }
    }

    private mutating func parseString() throws(JSONError) -> String {
        let start = position + 1
        guard let base = bytes.baseAddress else { throw error("the text ends inside a string") }
        var scanner = JSONScanner(base: base, count: bytes.count)
        scanner.position = position
        guard let isEscaped = scanner.skipString() else { throw wrongString(from: start) }
        let end = scanner.position - 1
        // Checked by the scanner; the initializer that checks again is several times slower.
        guard isEscaped else {
            position = end + 1
            return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
        }
        var text: [UInt8] = []
        text.reserveCapacity(end - start)
        position = start
        while position < end {
            let run = position
            while position < end, base[position] != 0x5C { position += 1 }
            text.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[run..<position]))
            if position < end { try parseEscape(into: &text) }
        }
        position = end + 1
        return String(decoding: text, as: UTF8.self)
    }

    /// What is wrong with a string that the scanner refuses.
    private mutating func wrongString(from start: Int) -> JSONError {
        position = start
        var text: [UInt8] = []
        while position < bytes.count {
            switch bytes[position] {
            case 0x22: return error("the string is not valid UTF-8", code: .encoding, at: start)
            case 0x5C:
                do throws(JSONError) { try parseEscape(into: &text) } catch { return error }
            case 0..<0x20: return error("a control character must be escaped in a string")
            default: position += 1
            }
        }
        return error("the text ends inside a string", at: start - 1)
    }

    private mutating func parseEscape(into text: inout [UInt8]) throws(JSONError) {
        let start = position
        guard position + 1 < bytes.count else { throw error("the text ends inside a string") }
        let kind = bytes[position + 1]
        position += 2
        switch kind {
        case 0x22, 0x5C, 0x2F: text.append(kind)
        case 0x62: text.append(0x08)
        case 0x66: text.append(0x0C)
        case 0x6E: text.append(0x0A)
        case 0x72: text.append(0x0D)
        case 0x74: text.append(0x09)
        case 0x75:
            var code = try parseHex(start)
            if (0xD800..<0xDC00).contains(code) {
                guard position + 1 < bytes.count, bytes[position] == 0x5C, bytes[position + 1] == 0x75 else {
                    throw error("a high surrogate must be followed by a low one", at: start)
                }
                position += 2
                let low = try parseHex(start)
                guard (0xDC00..<0xE000).contains(low) else {
                    throw error("a high surrogate must be followed by a low one", at: start)
                }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = UnicodeScalar(code) else { throw error("a low surrogate stands alone", at: start) }
            text.append(contentsOf: String(scalar).utf8)
        default: throw error("unknown escape \\\(Character(UnicodeScalar(kind)))", at: start)
        }
    }

    private mutating func parseHex(_ start: Int) throws(JSONError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw error("the text ends inside a string") }
        var code: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch bytes[position] {
            case let byte where byte >= 0x30 && byte <= 0x39: digit = byte - 0x30
            case let byte where byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66: digit = (byte | 0x20) - 0x61 + 10
            default: throw error("\\u must be followed by four hexadecimal digits", at: start)
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    private mutating func parseNumber() throws(JSONError) -> JSONNumber {
        let start = position
        if bytes[position] == 0x2D { position += 1 }
        let firstDigit = position
        try skipDigits()
        if bytes[firstDigit] == 0x30, position > firstDigit + 1 {
            throw error("a number cannot start with a zero", at: firstDigit)
        }
        if position < bytes.count, bytes[position] == 0x2E {
            position += 1
            try skipDigits()
        }
        if position < bytes.count, bytes[position] | 0x20 == 0x65 {
            position += 1
            if position < bytes.count, bytes[position] == 0x2B || bytes[position] == 0x2D { position += 1 }
            try skipDigits()
        }
        return JSONNumber(wellFormed: UnsafeBufferPointer(rebasing: bytes[start..<position]))
    }

    private mutating func skipDigits() throws(JSONError) {
        let start = position
        while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 { position += 1 }
        guard position > start else { throw error("expected a digit") }
    }
}
