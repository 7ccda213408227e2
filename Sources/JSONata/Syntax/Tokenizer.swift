import JSON

/// Cuts the text of an expression into tokens.
///
/// Works on UTF-16 code units, since the positions that errors report are counted in them.
struct Tokenizer {
    private let units: [UInt16]
    private(set) var position = 0

    var length: Int { units.count }

    init(_ text: String) {
        units = TextUnits.units(of: text)
    }

    private func unit(_ index: Int) -> UInt16 { index < units.count && index >= 0 ? units[index] : 0 }

    private func text(_ range: Range<Int>) -> String { TextUnits.string(from: units[range]) }

    private static func isSpace(_ unit: UInt16) -> Bool {
        unit == 0x20 || unit == 0x09 || unit == 0x0A || unit == 0x0D || unit == 0x0B
    }

    /// The characters that end a name.
    private static func isOperator(_ unit: UInt16) -> Bool {
        switch unit {
        case 0x2E, 0x5B, 0x5D, 0x7B, 0x7D, 0x28, 0x29, 0x2C, 0x40, 0x23, 0x3B, 0x3A, 0x3F, 0x2B, 0x2D, 0x2A, 0x2F,
            0x25, 0x7C, 0x3D, 0x3C, 0x3E, 0x5E, 0x26, 0x21, 0x7E:
            true
        default: false
        }
    }

    private static func double(_ first: UInt16, _ second: UInt16) -> String? {
        switch (first, second) {
        case (0x2E, 0x2E): ".."
        case (0x3A, 0x3D): ":="
        case (0x21, 0x3D): "!="
        case (0x3E, 0x3D): ">="
        case (0x3C, 0x3D): "<="
        case (0x2A, 0x2A): "**"
        case (0x7E, 0x3E): "~>"
        case (0x3F, 0x3A): "?:"
        case (0x3F, 0x3F): "??"
        default: nil
        }
    }

    /// The next token.
    ///
    /// After an operand a slash divides; anywhere else it starts a regular expression.
    mutating func next(afterOperand: Bool) throws -> Token {
        try skipSpaceAndComments()
        let start = position
        guard position < units.count else {
            return Token(kind: .end, text: "(end)", position: units.count, start: start)
        }
        let first = units[position]
        if first == 0x2F, !afterOperand {
            position += 1
            let regex = try scanRegex()
            return Token(kind: .regex, text: regex.source, position: position, start: start, regex: regex)
        }
        if let symbol = Tokenizer.double(first, unit(position + 1)) {
            position += 2
            return Token(kind: .symbol, text: symbol, position: position, start: start)
        }
        if Tokenizer.isOperator(first) {
            position += 1
            return Token(kind: .symbol, text: text(start..<position), position: position, start: start)
        }
        if first == 0x22 || first == 0x27 { return try scanString(quote: first) }
        if let token = try scanNumber() { return token }
        if first == 0x60 { return try scanQuotedName() }
        return scanName()
    }

    private mutating func skipSpaceAndComments() throws {
        while true {
            while position < units.count, Tokenizer.isSpace(units[position]) { position += 1 }
            guard unit(position) == 0x2F, unit(position + 1) == 0x2A else { return }
            let start = position
            position += 2
            while !(unit(position) == 0x2A && unit(position + 1) == 0x2F) {
                position += 1
                if position >= units.count { throw JSONataError("S0106", position: start) }
            }
            position += 2
        }
    }

    private mutating func scanString(quote: UInt16) throws -> Token {
        let start = position
        position += 1
        var content: [UInt16] = []
        while position < units.count {
            let current = units[position]
            if current == 0x5C {
                position += 1
                let kind = unit(position)
                switch kind {
                case 0x22, 0x5C, 0x2F: content.append(kind)
                case 0x62: content.append(0x08)
                case 0x66: content.append(0x0C)
                case 0x6E: content.append(0x0A)
                case 0x72: content.append(0x0D)
                case 0x74: content.append(0x09)
                case 0x75:
                    guard let code = hexadecimal(position + 1) else { throw JSONataError("S0104", position: position) }
                    content.append(code)
                    position += 4
                default:
                    let shown = position < units.count ? text(position..<position + 1) : ""
                    throw JSONataError("S0103", position: position, token: shown)
                }
            } else if current == quote {
                position += 1
                let value = TextUnits.string(from: content)
                return Token(kind: .string, text: value, position: position, start: start)
            } else {
                content.append(current)
            }
            position += 1
        }
        throw JSONataError("S0101", position: position)
    }

    private func hexadecimal(_ start: Int) -> UInt16? {
        guard start + 4 <= units.count else { return nil }
        var code: UInt16 = 0
        for index in start..<start + 4 {
            let digit: UInt16
            switch units[index] {
            case let unit where unit >= 0x30 && unit <= 0x39: digit = unit - 0x30
            case let unit where unit | 0x20 >= 0x61 && unit | 0x20 <= 0x66: digit = (unit | 0x20) - 0x61 + 10
            default: return nil
            }
            code = code << 4 | digit
        }
        return code
    }

    private func isDigit(_ index: Int) -> Bool { unit(index) >= 0x30 && unit(index) <= 0x39 }

    private mutating func scanNumber() throws -> Token? {
        guard isDigit(position) else { return nil }
        let start = position
        var end = position + 1
        var isInteger = true
        if unit(position) != 0x30 {
            while isDigit(end) { end += 1 }
        }
        if unit(end) == 0x2E, isDigit(end + 1) {
            isInteger = false
            end += 1
            while isDigit(end) { end += 1 }
        }
        if unit(end) | 0x20 == 0x65 {
            let sign = unit(end + 1) == 0x2B || unit(end + 1) == 0x2D ? 1 : 0
            if isDigit(end + 1 + sign) {
                isInteger = false
                end += 1 + sign
                while isDigit(end) { end += 1 }
            }
        }
        let digits = text(start..<end)
        guard let double = Double(digits), double.isFinite else {
            throw JSONataError("S0102", position: position, token: digits)
        }
        position = end
        var token = Token(kind: .number, text: digits, position: position, start: start)
        if isInteger, let integer = Int64(digits) {
            token.number = .integer(integer)
        } else {
            token.number = .double(double)
        }
        return token
    }

    private mutating func scanQuotedName() throws -> Token {
        let start = position
        position += 1
        guard let end = units[position...].firstIndex(of: 0x60) else {
            position = units.count
            throw JSONataError("S0105", position: position)
        }
        let name = text(position..<end)
        position = end + 1
        return Token(kind: .name, text: name, position: position, start: start)
    }

    private mutating func scanName() -> Token {
        let start = position
        var end = position
        while end < units.count, !Tokenizer.isSpace(units[end]), !Tokenizer.isOperator(units[end]) { end += 1 }
        position = end
        if units[start] == 0x24 {
            return Token(kind: .variable, text: text(start + 1..<end), position: end, start: start)
        }
        let name = text(start..<end)
        var token = Token(kind: .name, text: name, position: end, start: start)
        switch name {
        case "or", "and", "in": token.kind = .symbol
        case "true", "false":
            token.kind = .value
            token.literal = .bool(name == "true")
        case "null":
            token.kind = .value
            token.literal = .null
        default: break
        }
        return token
    }

    /// Reads up to the slash that is neither escaped nor within brackets.
    private mutating func scanRegex() throws -> RegexProgram {
        let start = position
        var depth = 0
        while position < units.count {
            let current = units[position]
            if current == 0x2F, depth == 0, !isEscaped(position, from: start) {
                let pattern = start..<position
                if pattern.isEmpty { throw JSONataError("S0301", position: position) }
                position += 1
                let flagsStart = position
                while unit(position) == 0x69 || unit(position) == 0x6D { position += 1 }
                let flags = units[flagsStart..<position]
                do {
                    return try RegexProgram(
                        Array(units[pattern]),
                        ignoresCase: flags.contains(0x69),
                        isMultiline: flags.contains(0x6D)
                    )
                } catch let error as RegexSyntaxError {
                    throw JSONataError("S0303", position: start + error.offset, message: error.message)
                }
            }
            if unit(position - 1) != 0x5C {
                if current == 0x28 || current == 0x5B || current == 0x7B { depth += 1 }
                if current == 0x29 || current == 0x5D || current == 0x7D { depth -= 1 }
            }
            position += 1
        }
        throw JSONataError("S0302", position: position)
    }

    private func isEscaped(_ index: Int, from start: Int) -> Bool {
        var slashes = 0
        while index - slashes - 1 >= start, units[index - slashes - 1] == 0x5C { slashes += 1 }
        return slashes % 2 == 1
    }
}
