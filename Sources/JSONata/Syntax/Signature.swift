import JSON

/// The types of the arguments of a function, such as `<s-n?:s>`.
///
/// Letters: `s` string, `n` number, `b` boolean, `l` null, `o` object, `a` array, `f` function, `j` any JSON value, `x`
/// anything; `(...)` a choice; `<...>` what an array holds. `-` takes the context when the argument is missing, `?` may
/// be missing, `+` may be repeated. What follows the colon is the result, which is not checked.
final class Signature: Sendable {
    struct Parameter: Sendable {
        /// The letters that an argument may have; `m` is a missing value.
        var accepts: [UInt8]
        var isArray = false
        var subtype: String?
        var takesContext = false
        var isOptional = false
        var isRepeated = false

        func matches(_ letter: UInt8) -> Bool { accepts.contains(letter) }
    }

    let parameters: [Parameter]
    private let repeats: Bool
    private let hasArrays: Bool

    init(_ text: String) throws {
        var parser = SignatureParser(text)
        parameters = try parser.parse()
        repeats = parameters.contains(where: \.isRepeated)
        hasArrays = parameters.contains(where: \.isArray)
    }

    /// A signature that is known to be right.
    static func known(_ text: String) -> Signature? { try? Signature(text) }

    static func letter(of value: Value) -> UInt8 {
        switch value {
        case .undefined, .tuple: 0x6D
        case .null: 0x6C
        case .bool: 0x62
        case .integer, .double, .literal: 0x6E
        case .string: 0x73
        case .array: 0x61
        case .object: 0x6F
        case .function: 0x66
        }
    }

    /// The arguments as the function takes them: the context filled in, single values made arrays.
    ///
    /// - Throws: T0410, T0411 or T0412.
    func validate(_ arguments: [Value], context: Value) throws -> [Value] {
        if !repeats, arguments.count == parameters.count {
            var isGood = true
            for (argument, parameter) in zip(arguments, parameters)
            where !parameter.matches(Signature.letter(of: argument)) {
                isGood = false
            }
            // One argument to each parameter is what the search would find first.
            if isGood { return hasArrays ? try arraysMade(of: arguments) : arguments }
        }
        let letters = arguments.map { Signature.letter(of: $0) }
        var counts = [Int](repeating: 0, count: parameters.count)
        guard match(letters, parameter: 0, from: 0, counts: &counts) else { throw mismatch(arguments, letters) }
        var validated: [Value] = []
        validated.reserveCapacity(parameters.count)
        var index = 0
        for (parameter, count) in zip(parameters, counts) {
            guard count > 0 else {
                if parameter.takesContext {
                    guard parameter.matches(Signature.letter(of: context)) else {
                        throw JSONataError("T0411", value: context.shown, argument: index + 1)
                    }
                    validated.append(context)
                } else {
                    validated.append(index < arguments.count ? arguments[index] : .undefined)
                    index += 1
                }
                continue
            }
            for _ in 0..<count {
                // An optional argument that is not there takes a place all the same, so the end may come early.
                let argument = index < arguments.count ? arguments[index] : .undefined
                if parameter.isArray {
                    let letter = index < letters.count ? letters[index] : 0x6D
                    validated.append(try array(argument, letter, parameter, count, index))
                } else {
                    validated.append(argument)
                }
                index += 1
            }
        }
        return validated
    }

    private func arraysMade(of arguments: [Value]) throws -> [Value] {
        var validated = arguments
        for (index, parameter) in parameters.enumerated() where parameter.isArray {
            let letter = Signature.letter(of: arguments[index])
            validated[index] = try array(arguments[index], letter, parameter, 1, index)
        }
        return validated
    }

    private func array(
        _ argument: Value,
        _ letter: UInt8,
        _ parameter: Parameter,
        _ count: Int,
        _ index: Int
    ) throws -> Value {
        if letter == 0x6D { return .undefined }
        if let subtype = parameter.subtype, let wanted = subtype.utf8.first {
            var isGood = true
            if case .array(let array) = argument {
                isGood = array.elements.allSatisfy { Signature.letter(of: $0) == wanted }
            } else {
                isGood = count == 1 && subtype.utf8.count == 1 && letter == wanted
            }
            if !isGood {
                throw JSONataError("T0412", value: .string(Signature.plural(subtype)), argument: index + 1)
            }
        }
        if case .array = argument { return argument }
        return .array(ArrayValue([argument]))
    }

    private static func plural(_ subtype: String) -> String {
        switch subtype {
        case "a": "arrays"
        case "b": "booleans"
        case "f": "functions"
        case "n": "numbers"
        case "o": "objects"
        case "s": "strings"
        default: subtype
        }
    }

    /// Finds how many arguments each parameter takes, as a regular expression over their letters would.
    private func match(_ letters: [UInt8], parameter: Int, from start: Int, counts: inout [Int]) -> Bool {
        guard parameter < parameters.count else { return start == letters.count }
        let rule = parameters[parameter]
        var longest = 0
        let most = rule.isRepeated ? letters.count - start : min(1, letters.count - start)
        while longest < most, rule.matches(letters[start + longest]) { longest += 1 }
        let least = rule.isOptional || rule.takesContext ? 0 : 1
        while longest >= least {
            counts[parameter] = longest
            if match(letters, parameter: parameter + 1, from: start + longest, counts: &counts) { return true }
            longest -= 1
        }
        return false
    }

    /// Finds the first argument that does not fit.
    private func mismatch(_ arguments: [Value], _ letters: [UInt8]) -> JSONataError {
        var good = 0
        for count in 1...max(parameters.count, 1) where count <= parameters.count {
            guard let length = prefixLength(letters, parameters: count) else { break }
            good = length
        }
        let value = good < arguments.count ? arguments[good].shown : nil
        return JSONataError("T0410", value: value, argument: good + 1)
    }

    private func prefixLength(_ letters: [UInt8], parameters count: Int) -> Int? {
        func search(_ parameter: Int, _ start: Int) -> Int? {
            guard parameter < count else { return start }
            let rule = parameters[parameter]
            var longest = 0
            let most = rule.isRepeated ? letters.count - start : min(1, letters.count - start)
            while longest < most, rule.matches(letters[start + longest]) { longest += 1 }
            let least = rule.isOptional || rule.takesContext ? 0 : 1
            while longest >= least {
                if let end = search(parameter + 1, start + longest) { return end }
                longest -= 1
            }
            return nil
        }
        return search(0, 0)
    }
}
