/// Reads a regular expression in the syntax of ECMAScript without the flags `u` and `v`.
struct RegexParser {
    private static let maximumDepth = 60

    private let units: [UInt16]
    private var position = 0
    private(set) var groupCount = 0
    private(set) var groupNames: [String: Int] = [:]
    private var depth = 0
    private let totalGroups: Int

    init(_ units: [UInt16]) {
        self.units = units
        totalGroups = RegexParser.countGroups(units)
    }

    mutating func parse() throws -> RegexNode {
        let node = try alternation()
        guard position == units.count else { throw error("a closing parenthesis without an opening one") }
        return node
    }

    private func error(_ message: String) -> RegexSyntaxError {
        RegexSyntaxError(message: "Invalid regular expression: \(message)", offset: position)
    }

    private static func countGroups(_ units: [UInt16]) -> Int {
        var count = 0
        var index = 0
        var isInSet = false
        while index < units.count {
            switch units[index] {
            case 0x5C: index += 1
            case 0x5B: isInSet = true
            case 0x5D: isInSet = false
            case 0x28 where !isInSet:
                let next = index + 1 < units.count ? units[index + 1] : 0
                let isNamed =
                    index + 3 < units.count && units[index + 2] == 0x3C && units[index + 3] != 0x3D
                    && units[index + 3] != 0x21
                if next != 0x3F || isNamed { count += 1 }
            default: break
            }
            index += 1
        }
        return count
    }

    private func peek(_ offset: Int = 0) -> UInt16? {
        position + offset < units.count ? units[position + offset] : nil
    }

    private mutating func accept(_ text: String) -> Bool {
        let wanted = Array(text.utf16)
        guard units[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    private mutating func alternation() throws -> RegexNode {
        depth += 1
        defer { depth -= 1 }
        if depth > RegexParser.maximumDepth { throw error("it nests too deeply") }
        var branches = [try sequence()]
        while peek() == 0x7C {
            position += 1
            branches.append(try sequence())
        }
        return branches.count == 1 ? branches[0] : .alternation(branches)
    }

    private mutating func sequence() throws -> RegexNode {
        var parts: [RegexNode] = []
        while let unit = peek(), unit != 0x7C, unit != 0x29 {
            let firstGroup = groupCount
            let atom = try self.atom(unit)
            parts.append(try quantified(atom, groups: firstGroup..<groupCount))
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func atom(_ unit: UInt16) throws -> RegexNode {
        position += 1
        switch unit {
        case 0x5E: return .lineStart
        case 0x24: return .lineEnd
        case 0x2E: return .any
        case 0x28: return try group()
        case 0x5B: return .set(try set())
        case 0x5C: return try escape()
        case 0x2A, 0x2B, 0x3F: throw error("nothing to repeat")
        default: return .unit(unit)
        }
    }

    private mutating func group() throws -> RegexNode {
        var number: Int?
        var look: (isAhead: Bool, isNegated: Bool)?
        if accept("?:") {
            // Groups without capturing.
        } else if accept("?=") {
            look = (true, false)
        } else if accept("?!") {
            look = (true, true)
        } else if accept("?<=") {
            look = (false, false)
        } else if accept("?<!") {
            look = (false, true)
        } else if accept("?<") {
            guard let end = units[position...].firstIndex(of: 0x3E), end > position else {
                throw error("a group without a name")
            }
            groupCount += 1
            number = groupCount
            let name = TextUnits.string(from: units[position..<end])
            guard groupNames.updateValue(groupCount, forKey: name) == nil else {
                throw error("two groups named \(name)")
            }
            position = end + 1
        } else if peek() == 0x3F {
            throw error("an unknown kind of group")
        } else {
            groupCount += 1
            number = groupCount
        }
        let node = try alternation()
        guard peek() == 0x29 else { throw error("a group that is not closed") }
        position += 1
        if let look { return .look(node, isAhead: look.isAhead, isNegated: look.isNegated) }
        return .group(node, number: number)
    }

    private mutating func quantified(_ atom: RegexNode, groups: Range<Int>) throws -> RegexNode {
        var least = 0
        var most: Int?
        switch peek() {
        case 0x2A: position += 1
        case 0x2B:
            position += 1
            least = 1
        case 0x3F:
            position += 1
            most = 1
        case 0x7B:
            guard let counts = counts() else { return atom }
            least = counts.least
            most = counts.most
            if let most, most < least { throw error("the numbers of a quantifier are out of order") }
        default: return atom
        }
        switch atom {
        case .lineStart, .lineEnd, .wordBoundary: throw error("nothing to repeat")
        default: break
        }
        var isLazy = false
        if peek() == 0x3F {
            position += 1
            isLazy = true
        }
        return .repetition(atom, least: least, most: most, isLazy: isLazy, groups: groups)
    }

    /// `{2}`, `{2,}` or `{2,5}`; anything else is a brace that stands for itself.
    private mutating func counts() -> (least: Int, most: Int?)? {
        let start = position
        position += 1
        guard let least = integer() else {
            position = start
            return nil
        }
        var most: Int? = least
        if peek() == 0x2C {
            position += 1
            most = integer()
        }
        guard peek() == 0x7D else {
            position = start
            return nil
        }
        position += 1
        return (least, most)
    }

    private mutating func integer() -> Int? {
        var value: Int?
        while let unit = peek(), unit >= 0x30, unit <= 0x39 {
            value = min((value ?? 0) * 10 + Int(unit - 0x30), 1_000_000)
            position += 1
        }
        return value
    }

    // MARK: Escapes

    private mutating func escape() throws -> RegexNode {
        guard let unit = peek() else { throw error("a backslash at the end") }
        switch unit {
        case 0x62:
            position += 1
            return .wordBoundary(isNegated: false)
        case 0x42:
            position += 1
            return .wordBoundary(isNegated: true)
        case 0x31...0x39:
            let start = position
            if let number = integer(), number <= totalGroups { return .backreference(number) }
            position = start
        case 0x6B:
            if peek(1) == 0x3C, let end = units[position...].firstIndex(of: 0x3E) {
                let name = TextUnits.string(from: units[(position + 2)..<end])
                position = end + 1
                return .namedBackreference(name)
            }
        default: break
        }
        if let set = classEscape() { return .set(set) }
        return .unit(characterEscape())
    }

    private mutating func classEscape() -> RegexSet? {
        var set: RegexSet
        switch peek() {
        case 0x64, 0x44: set = .digits
        case 0x77, 0x57: set = .words
        case 0x73, 0x53: set = .spaces
        default: return nil
        }
        set.isNegated = peek().map { $0 < 0x60 } ?? false
        position += 1
        return set
    }

    private mutating func characterEscape() -> UInt16 {
        guard let unit = peek() else { return 0x5C }
        position += 1
        switch unit {
        case 0x74: return 0x09
        case 0x6E: return 0x0A
        case 0x76: return 0x0B
        case 0x66: return 0x0C
        case 0x72: return 0x0D
        case 0x30...0x37:
            var value = unit - 0x30
            while let next = peek(), next >= 0x30, next <= 0x37, value * 8 + (next - 0x30) <= 255 {
                value = value * 8 + (next - 0x30)
                position += 1
            }
            return value
        case 0x78: return hexadecimal(2) ?? unit
        case 0x75: return hexadecimal(4) ?? unit
        case 0x63:
            if let letter = peek(), (0x41...0x5A).contains(letter & ~0x20) {
                position += 1
                return letter & 31
            }
            position -= 1
            return 0x5C
        default: return unit
        }
    }

    private mutating func hexadecimal(_ count: Int) -> UInt16? {
        guard position + count <= units.count else { return nil }
        var value: UInt16 = 0
        for index in position..<position + count {
            let unit = units[index]
            switch unit {
            case 0x30...0x39: value = value << 4 | (unit - 0x30)
            case 0x41...0x46, 0x61...0x66: value = value << 4 | ((unit | 0x20) - 0x57)
            default: return nil
            }
        }
        position += count
        return value
    }

    // MARK: Sets

    private mutating func set() throws -> RegexSet {
        var set = RegexSet()
        if peek() == 0x5E {
            position += 1
            set.isNegated = true
        }
        while true {
            guard let unit = peek() else { throw error("a class of characters that is not closed") }
            if unit == 0x5D {
                position += 1
                return set
            }
            let first = setItem()
            guard peek() == 0x2D, let after = peek(1), after != 0x5D else {
                insert(first, into: &set)
                continue
            }
            position += 1
            let last = setItem()
            if case .unit(let low) = first, case .unit(let high) = last {
                guard low <= high else { throw error("a range that is out of order") }
                set.insert(low...high)
            } else {
                insert(first, into: &set)
                set.insert(0x2D...0x2D)
                insert(last, into: &set)
            }
        }
    }

    private func insert(_ item: RegexNode, into set: inout RegexSet) {
        switch item {
        case .unit(let unit): set.insert(unit...unit)
        case .set(let inner): set.insert(inner)
        default: break
        }
    }

    private mutating func setItem() -> RegexNode {
        guard let unit = peek() else { return .empty }
        position += 1
        guard unit == 0x5C, let escaped = peek() else { return .unit(unit) }
        if escaped == 0x62 {
            position += 1
            return .unit(0x08)
        }
        if let set = classEscape() { return .set(set) }
        return .unit(characterEscape())
    }
}
