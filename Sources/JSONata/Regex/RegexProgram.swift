/// A regular expression, compiled to instructions.
final class RegexProgram: Sendable {
    enum Instruction: Sendable {
        case unit(UInt16)
        case any
        case set(Int)
        /// Goes on at the first, and at the second when that fails.
        case split(Int, Int)
        case jump(Int)
        case save(Int)
        case lineStart
        case lineEnd
        case wordBoundary(isNegated: Bool)
        case backreference(Int)
        /// Tries the instructions that follow, up to `accept`, without moving; then goes on at `end`.
        case look(isAhead: Bool, isNegated: Bool, end: Int)
        /// Remembers where a round of a loop starts.
        case enterLoop(register: Int)
        /// Fails when a round of a loop has matched nothing.
        case checkLoop(register: Int)
        /// Forgets what groups caught in the round before.
        case clearGroups(Int, Int)
        case accept
    }

    private static let maximumLength = 20_000

    let source: String
    let ignoresCase: Bool
    let isMultiline: Bool
    let instructions: [Instruction]
    let sets: [RegexSet]
    let groupCount: Int
    let registerCount: Int
    /// The code unit that every match starts with, when there is one.
    let firstUnit: UInt16?

    /// - Throws: ``RegexSyntaxError``.
    init(_ units: [UInt16], ignoresCase: Bool = false, isMultiline: Bool = false) throws {
        var parser = RegexParser(units)
        let node = try parser.parse()
        var emitter = Emitter(names: parser.groupNames)
        try emitter.emit(.group(node, number: 0))
        emitter.append(.accept)
        source = TextUnits.string(from: units)
        self.ignoresCase = ignoresCase
        self.isMultiline = isMultiline
        instructions = emitter.instructions
        sets = emitter.sets
        groupCount = parser.groupCount
        registerCount = emitter.registers
        if !ignoresCase, case .unit(let unit)? = instructions.dropFirst().first(where: { !$0.isSave }) {
            firstUnit = unit
        } else {
            firstUnit = nil
        }
    }

    private struct Emitter {
        let names: [String: Int]
        private(set) var instructions: [Instruction] = []
        private(set) var sets: [RegexSet] = []
        private(set) var registers = 0

        init(names: [String: Int]) {
            self.names = names
        }

        mutating func append(_ instruction: Instruction) { instructions.append(instruction) }

        mutating func emit(_ node: RegexNode) throws {
            if instructions.count > RegexProgram.maximumLength {
                throw RegexSyntaxError(message: "The regular expression is too large", offset: 0)
            }
            switch node {
            case .empty: break
            case .unit(let unit): append(.unit(unit))
            case .any: append(.any)
            case .set(let set):
                append(.set(sets.count))
                sets.append(set)
            case .sequence(let parts):
                for part in parts { try emit(part) }
            case .alternation(let branches): try emitAlternation(branches)
            case .group(let inner, let number):
                if let number { append(.save(number * 2)) }
                try emit(inner)
                if let number { append(.save(number * 2 + 1)) }
            case .repetition(let inner, let least, let most, let isLazy, let groups):
                try emitRepetition(inner, least, most, isLazy, groups)
            case .lineStart: append(.lineStart)
            case .lineEnd: append(.lineEnd)
            case .wordBoundary(let isNegated): append(.wordBoundary(isNegated: isNegated))
            case .backreference(let group): append(.backreference(group))
            case .namedBackreference(let name):
                guard let group = names[name] else {
                    throw RegexSyntaxError(message: "The regular expression has no group \(name)", offset: 0)
                }
                append(.backreference(group))
            case .look(let inner, let isAhead, let isNegated):
                let start = instructions.count
                append(.accept)
                try emit(inner)
                append(.accept)
                instructions[start] = .look(isAhead: isAhead, isNegated: isNegated, end: instructions.count)
            }
        }

        private mutating func emitAlternation(_ branches: [RegexNode]) throws {
            var jumps: [Int] = []
            for (index, branch) in branches.enumerated() {
                guard index < branches.count - 1 else {
                    try emit(branch)
                    break
                }
                let split = instructions.count
                append(.accept)
                try emit(branch)
                jumps.append(instructions.count)
                append(.accept)
                instructions[split] = .split(split + 1, instructions.count)
            }
            for jump in jumps { instructions[jump] = .jump(instructions.count) }
        }

        private mutating func emitRepetition(
            _ inner: RegexNode,
            _ least: Int,
            _ most: Int?,
            _ isLazy: Bool,
            _ groups: Range<Int>
        ) throws {
            func clear(_ emitter: inout Emitter) {
                if !groups.isEmpty { emitter.append(.clearGroups(groups.lowerBound + 1, groups.upperBound)) }
            }
            for _ in 0..<least {
                clear(&self)
                try emit(inner)
            }
            guard let most else {
                let register = registers
                registers += 1
                let split = instructions.count
                append(.accept)
                append(.enterLoop(register: register))
                clear(&self)
                try emit(inner)
                append(.checkLoop(register: register))
                append(.jump(split))
                let end = instructions.count
                instructions[split] = isLazy ? .split(end, split + 1) : .split(split + 1, end)
                return
            }
            var splits: [Int] = []
            for _ in least..<max(least, most) {
                let register = registers
                registers += 1
                splits.append(instructions.count)
                append(.accept)
                append(.enterLoop(register: register))
                clear(&self)
                try emit(inner)
                append(.checkLoop(register: register))
            }
            let end = instructions.count
            for split in splits { instructions[split] = isLazy ? .split(end, split + 1) : .split(split + 1, end) }
        }
    }
}

extension RegexProgram.Instruction {
    fileprivate var isSave: Bool {
        if case .save = self { true } else { false }
    }
}
