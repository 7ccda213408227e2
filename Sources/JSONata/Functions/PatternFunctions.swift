import JSON

/// What is found when a pattern is looked for.
struct PatternMatch {
    var text: String
    /// In UTF-16 code units.
    var start: Int
    var end: Int
    var groups: [Value]
    /// The same as an object, which replacement functions get.
    var object: Value
}

/// The matches of a pattern in a text, one after the other.
struct PatternMatches {
    fileprivate enum Source {
        case regex(RegexProgram)
        case function(FunctionValue)
        /// What a matcher of the expression gave as its `next`.
        case next(FunctionValue?)
    }

    let evaluator: Evaluator
    let subject: [UInt16]
    private var source: Source
    private let text: String
    private let name: String
    private let frame: Frame
    private var position = 0
    private var isFirst = true

    fileprivate init(_ evaluator: Evaluator, _ source: Source, _ text: String, _ name: String, _ frame: Frame) {
        self.evaluator = evaluator
        self.source = source
        self.text = text
        self.name = name
        self.frame = frame
        subject = TextUnits.units(of: text)
    }

    /// - Throws: D1004 when the pattern goes on to match nothing; T1010 when a function does not give a match.
    mutating func next() throws -> PatternMatch? {
        switch source {
        case .regex(let program):
            if !isFirst, position >= subject.count { return nil }
            guard let match = try evaluator.find(program, in: subject, from: position) else { return nil }
            if !isFirst, match.start == match.end {
                throw JSONataError("D1004", value: .string(program.source))
            }
            isFirst = false
            position = match.end
            return evaluator.patternMatch(match, program, subject)
        case .function(let function):
            return try follow(try evaluator.apply(function, [.string(text)], .undefined, frame))
        case .next(let function):
            guard let function else { return nil }
            return try follow(try evaluator.apply(function, [], .undefined, frame))
        }
    }

    private mutating func follow(_ result: Value) throws -> PatternMatch? {
        source = .next(nil)
        if try !result.isTrue() {
            if case .object = result { throw JSONataError("T1010", token: name, value: result.shown) }
            return nil
        }
        guard case .object(let object) = result else {
            throw JSONataError("T1010", token: name, value: result.shown)
        }
        let start = object.value(of: "start")?.number
        let end = object.value(of: "end")?.number
        var groups: [Value]?
        if case .array(let array)? = object.value(of: "groups") { groups = array.elements }
        var next: FunctionValue?
        if case .function(let function)? = object.value(of: "next") { next = function }
        guard start != nil || end != nil || groups != nil || next != nil else {
            throw JSONataError("T1010", token: name, value: result.shown)
        }
        source = .next(next)
        let matched = object.value(of: "match")?.string ?? ""
        let first = Int(max(0, min(Double(subject.count), start ?? 0)))
        let last = Int(max(0, min(Double(subject.count), end ?? Double(first + matched.utf16.count))))
        return PatternMatch(text: matched, start: first, end: last, groups: groups ?? [], object: result)
    }
}

/// What the functions with patterns do, apart from any evaluation.
enum PatternFunctions {
    static func split(_ text: String, _ token: String, limit: Int) -> [String] {
        var parts: [String] = []
        if token.isEmpty {
            for unit in TextUnits.units(of: text) where parts.count < limit {
                parts.append(TextUnits.string(from: [unit]))
            }
            return parts
        }
        var position = text.startIndex
        while parts.count < limit, let found = TextFunctions.range(of: token, in: text, from: position) {
            parts.append(String(text[position..<found.lowerBound]))
            position = found.upperBound
        }
        if parts.count < limit { parts.append(String(text[position...])) }
        return parts
    }

    /// A replacement with `$0`, `$1` and so on filled in; `$$` is a dollar sign.
    ///
    /// - Throws: U1003 when it is longer than `limit`.
    static func fill(_ replacement: [UInt16], with match: PatternMatch, limit: Int) throws -> String {
        var filled: [UInt16] = []
        var index = 0
        while index < replacement.count {
            if filled.count > limit { throw JSONataError("U1003", value: .integer(limit)) }
            let unit = replacement[index]
            index += 1
            guard unit == 0x24 else {
                filled.append(unit)
                continue
            }
            if index < replacement.count, replacement[index] == 0x24 {
                filled.append(0x24)
                index += 1
            } else if index < replacement.count, replacement[index] == 0x30 {
                filled += TextUnits.units(of: match.text)
                index += 1
            } else if let (group, length) = group(replacement[index...], count: match.groups.count) {
                if group >= 1, group <= match.groups.count, let text = match.groups[group - 1].string {
                    filled += TextUnits.units(of: text)
                }
                index += length
            } else {
                filled.append(0x24)
            }
        }
        return TextUnits.string(from: filled)
    }

    /// The number of a group, of no more digits than there are groups for.
    private static func group(_ digits: ArraySlice<UInt16>, count: Int) -> (Int, Int)? {
        let most = count == 0 ? 1 : String(count).utf8.count
        func read(_ length: Int) -> (value: Int, length: Int)? {
            var value = 0
            var used = 0
            for unit in digits.prefix(length) {
                guard unit >= 0x30, unit <= 0x39 else { break }
                value = value * 10 + Int(unit - 0x30)
                used += 1
            }
            return used == 0 ? nil : (value, used)
        }
        guard var found = read(most) else { return nil }
        if most > 1, found.value > count, let shorter = read(most - 1) { found = shorter }
        // The reference implementation skips as many characters as the number has when written out.
        return (found.value, String(found.value).utf8.count)
    }
}

extension Evaluator {
    func matches(
        _ pattern: FunctionValue,
        _ text: String,
        name: String,
        _ arguments: Arguments
    ) throws -> PatternMatches {
        if case .regex(let program) = pattern.kind {
            return PatternMatches(self, .regex(program), text, name, arguments.frame)
        }
        return PatternMatches(self, .function(pattern), text, name, arguments.frame)
    }

    /// The first match at or after a position; every attempt counts against the budget of the evaluation.
    func find(_ program: RegexProgram, in subject: [UInt16], from start: Int) throws -> RegexMatch? {
        var matcher = RegexMatcher(program, subject, stepsLeft: regexStepsLeft)
        let match = try matcher.firstMatch(from: start)
        let used = regexStepsLeft - matcher.stepsLeft
        regexStepsLeft = matcher.stepsLeft
        try charge(1 + used >> 4)
        return match
    }

    func patternMatch(_ match: RegexMatch, _ program: RegexProgram, _ subject: [UInt16]) -> PatternMatch {
        let text = TextUnits.string(from: subject[match.start..<match.end])
        let groups = match.groups.map { range in
            range.map { Value.string(TextUnits.string(from: subject[$0])) } ?? .undefined
        }
        let next = FunctionValue(.nextMatch(program, subject: subject, from: match.end))
        let object = ObjectValue(
            shape: Evaluator.matchShape,
            values: [
                .string(text), .integer(match.start), .integer(match.end), .array(ArrayValue(groups)), .function(next),
            ]
        )
        return PatternMatch(
            text: text,
            start: match.start,
            end: match.end,
            groups: groups,
            object: .object(object)
        )
    }

    private static let matchShape = Shape(names: ["match", "start", "end", "groups", "next"])

    /// A regular expression called as a function.
    func match(_ program: RegexProgram, _ arguments: [Value]) throws -> Value {
        guard let text = arguments.first?.string else { return .undefined }
        let subject = TextUnits.units(of: text)
        guard let match = try find(program, in: subject, from: 0) else { return .undefined }
        return patternMatch(match, program, subject).object
    }

    func nextMatch(_ program: RegexProgram, _ subject: [UInt16], _ start: Int) throws -> Value {
        guard start < subject.count, let match = try find(program, in: subject, from: start) else {
            return .undefined
        }
        if match.start == match.end { throw JSONataError("D1004", value: .string(program.source)) }
        return patternMatch(match, program, subject).object
    }

    func replace(_ token: String, in text: String, by replacement: String, limit: Double) throws -> String {
        var result = ""
        var position = text.startIndex
        var count = 0.0
        while count < limit, let found = TextFunctions.range(of: token, in: text, from: position) {
            result += text[position..<found.lowerBound]
            result += replacement
            position = found.upperBound
            count += 1
            try chargeText(result.utf8.count - text.utf8.count > 0 ? replacement.utf8.count : 0)
            if result.utf8.count > options.limits.resultBytes { throw tooLarge() }
        }
        result += text[position...]
        try chargeText(result.utf8.count)
        return result
    }

    func replace(
        _ matches: inout PatternMatches,
        in text: String,
        by replacement: Value,
        limit: Double
    ) throws -> String {
        var result = ""
        var position = 0
        var count = 0.0
        var template: [UInt16]?
        if case .string(let text) = replacement { template = TextUnits.units(of: text) }
        let subject = matches.subject
        while count < limit, let match = try matches.next() {
            if match.start > position { result += TextUnits.string(from: subject[position..<match.start]) }
            if let template {
                result += try PatternFunctions.fill(template, with: match, limit: options.limits.resultBytes)
            } else if case .function(let function) = replacement {
                let value = try apply(function, [match.object], .undefined, root)
                guard case .string(let text) = value else { throw JSONataError("D3012", value: value.shown) }
                result += text
            } else {
                throw JSONataError("D3012", value: replacement.shown)
            }
            position = min(subject.count, match.start + match.text.utf16.count)
            count += 1
            if result.utf8.count > options.limits.resultBytes { throw tooLarge() }
        }
        if count == 0 { return text }
        result += TextUnits.string(from: subject[position...])
        try chargeText(result.utf8.count)
        return result
    }

    func split(_ matches: inout PatternMatches, _ text: String, limit: Double) throws -> [Value] {
        var parts: [Value] = []
        var start = 0
        let subject = matches.subject
        while Double(parts.count) < limit, let match = try matches.next() {
            let end = max(start, match.start)
            parts.append(.string(TextUnits.string(from: subject[start..<end])))
            start = max(start, match.end)
        }
        if Double(parts.count) < limit { parts.append(.string(TextUnits.string(from: subject[start...]))) }
        return parts
    }
}
