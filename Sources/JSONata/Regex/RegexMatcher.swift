import JSON

/// Looks for a regular expression by backtracking, with every step counted, so that no pattern can run away.
struct RegexMatcher {
    private struct Choice {
        var instruction: Int
        var position: Int
        var changes: Int
    }

    private static let mostChoices = 400_000

    private let program: RegexProgram
    private let subject: [UInt16]
    private(set) var stepsLeft: Int
    private var captures: [Int]
    private var registers: [Int]
    private var choices: [Choice] = []
    /// What to put back when a choice fails: captures, and registers with negative indexes.
    private var changes: [(index: Int, value: Int)] = []

    init(_ program: RegexProgram, _ subject: [UInt16], stepsLeft: Int) {
        self.program = program
        self.subject = subject
        self.stepsLeft = stepsLeft
        captures = [Int](repeating: -1, count: (program.groupCount + 1) * 2)
        registers = [Int](repeating: -1, count: program.registerCount)
    }

    /// The first match at or after a position.
    ///
    /// - Throws: U1004 when the budget is used up.
    mutating func firstMatch(from start: Int) throws -> RegexMatch? {
        var position = start
        while position <= subject.count {
            if let first = program.firstUnit {
                guard let next = subject[position...].firstIndex(of: first) else { return nil }
                stepsLeft -= (next - position) >> 3
                position = next
            }
            for index in captures.indices { captures[index] = -1 }
            choices.removeAll(keepingCapacity: true)
            changes.removeAll(keepingCapacity: true)
            if try run(from: 0, at: position) != nil { return match() }
            position += 1
        }
        return nil
    }

    private func match() -> RegexMatch {
        var groups: [Range<Int>?] = []
        for group in stride(from: 2, to: captures.count, by: 2) {
            let isSet = captures[group] >= 0 && captures[group + 1] >= captures[group]
            groups.append(isSet ? captures[group]..<captures[group + 1] : nil)
        }
        return RegexMatch(start: captures[0], end: captures[1], groups: groups)
    }

    private mutating func set(_ index: Int, _ value: Int) {
        changes.append((index, captures[index]))
        captures[index] = value
    }

    private mutating func setRegister(_ index: Int, _ value: Int) {
        changes.append((-1 - index, registers[index]))
        registers[index] = value
    }

    private mutating func undo(to count: Int) {
        while changes.count > count, let change = changes.popLast() {
            if change.index < 0 {
                registers[-1 - change.index] = change.value
            } else {
                captures[change.index] = change.value
            }
        }
    }

    /// Runs instructions up to `accept`, and gives the position reached there.
    private mutating func run(from first: Int, at start: Int, endingAt wanted: Int? = nil) throws -> Int? {
        let base = choices.count
        var instruction = first
        var position = start
        while true {
            stepsLeft -= 1
            if stepsLeft < 0 { throw JSONataError("U1004", value: .string(program.source)) }
            var isGood = true
            switch program.instructions[instruction] {
            case .unit(let unit):
                isGood = position < subject.count && isSame(subject[position], unit)
                position += 1
                instruction += 1
            case .any:
                isGood = position < subject.count && !RegexMatcher.isLineEnd(subject[position])
                position += 1
                instruction += 1
            case .set(let index):
                isGood =
                    position < subject.count
                    && program.sets[index].contains(subject[position], ignoringCase: program.ignoresCase)
                position += 1
                instruction += 1
            case .split(let next, let other):
                if choices.count > RegexMatcher.mostChoices {
                    throw JSONataError("U1004", value: .string(program.source))
                }
                choices.append(Choice(instruction: other, position: position, changes: changes.count))
                instruction = next
            case .jump(let target): instruction = target
            case .save(let index):
                set(index, position)
                instruction += 1
            case .lineStart:
                isGood =
                    position == 0 || (program.isMultiline && RegexMatcher.isLineEnd(subject[position - 1]))
                instruction += 1
            case .lineEnd:
                isGood =
                    position == subject.count
                    || (program.isMultiline && RegexMatcher.isLineEnd(subject[position]))
                instruction += 1
            case .wordBoundary(let isNegated):
                isGood = (isWord(position - 1) != isWord(position)) != isNegated
                instruction += 1
            case .backreference(let group):
                isGood = matchReference(group, &position)
                instruction += 1
            case .look(let isAhead, let isNegated, let end):
                isGood = try look(instruction + 1, position, isAhead: isAhead) != isNegated
                instruction = end
            case .enterLoop(let register):
                setRegister(register, position)
                instruction += 1
            case .checkLoop(let register):
                isGood = registers[register] != position
                instruction += 1
            case .clearGroups(let low, let high):
                for group in low...high where captures[group * 2] >= 0 {
                    set(group * 2, -1)
                    set(group * 2 + 1, -1)
                }
                instruction += 1
            case .accept:
                if wanted == nil || wanted == position { return position }
                isGood = false
            }
            if isGood { continue }
            guard choices.count > base, let choice = choices.popLast() else { return nil }
            undo(to: choice.changes)
            instruction = choice.instruction
            position = choice.position
        }
    }

    /// Whether what follows, or what comes before, matches; what its groups caught is kept when it does.
    private mutating func look(_ instruction: Int, _ position: Int, isAhead: Bool) throws -> Bool {
        let choicesBefore = choices.count
        let changesBefore = changes.count
        var isFound = false
        if isAhead {
            isFound = try run(from: instruction, at: position) != nil
        } else {
            var start = position
            while !isFound, start >= 0 {
                isFound = try run(from: instruction, at: start, endingAt: position) != nil
                if !isFound { undo(to: changesBefore) }
                start -= 1
            }
        }
        choices.removeSubrange(choicesBefore...)
        if !isFound { undo(to: changesBefore) }
        return isFound
    }

    private func isSame(_ a: UInt16, _ b: UInt16) -> Bool {
        a == b || (program.ignoresCase && RegexCase.upper(a) == RegexCase.upper(b))
    }

    private func isWord(_ position: Int) -> Bool {
        subject.indices.contains(position) && RegexSet.words.contains(subject[position], ignoringCase: false)
    }

    private static func isLineEnd(_ unit: UInt16) -> Bool {
        unit == 0x0A || unit == 0x0D || unit == 0x2028 || unit == 0x2029
    }

    private mutating func matchReference(_ group: Int, _ position: inout Int) -> Bool {
        let start = captures[group * 2]
        let end = captures[group * 2 + 1]
        guard start >= 0, end >= start else { return true }
        let count = end - start
        guard position + count <= subject.count else { return false }
        for offset in 0..<count where !isSame(subject[start + offset], subject[position + offset]) { return false }
        stepsLeft -= count
        position += count
        return true
    }
}
