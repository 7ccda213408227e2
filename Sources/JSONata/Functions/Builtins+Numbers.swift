import Glibc
import JSON

extension Builtins {
    /// Functions of numbers.
    static let numbers: [BuiltinFunction] = [
        BuiltinFunction("number", "<(nsb)-:n>", arity: 1) { _, arguments in
            switch arguments[0] {
            case .undefined: return .undefined
            case .integer, .double, .literal: return arguments[0]
            case .bool(let flag): return .integer(flag ? 1 : 0)
            case .string(let text):
                if let value = NumberFunctions.parse(text) { return value }
                throw JSONataError("D3030", value: .string(text), argument: 1)
            default: throw JSONataError("D3030", value: arguments[0].shown, argument: 1)
            }
        },
        BuiltinFunction("abs", "<n-:n>", arity: 1) { _, arguments in
            if case .integer(let number) = arguments[0], number != .min { return .integer(abs(number)) }
            return try arguments.number(0).map { .double(abs($0)) } ?? .undefined
        },
        BuiltinFunction("floor", "<n-:n>", arity: 1) { _, arguments in
            if case .integer = arguments[0] { return arguments[0] }
            return try arguments.number(0).map { NumberFunctions.whole($0.rounded(.down)) } ?? .undefined
        },
        BuiltinFunction("ceil", "<n-:n>", arity: 1) { _, arguments in
            if case .integer = arguments[0] { return arguments[0] }
            return try arguments.number(0).map { NumberFunctions.whole($0.rounded(.up)) } ?? .undefined
        },
        BuiltinFunction("round", "<n-n?:n>", arity: 2) { _, arguments in
            let precision = try arguments.integer(1) ?? 0
            if case .integer = arguments[0], precision >= 0 { return arguments[0] }
            guard let number = try arguments.number(0) else { return .undefined }
            return NumberFunctions.whole(NumberFunctions.rounded(number, precision: precision))
        },
        BuiltinFunction("sqrt", "<n-:n>", arity: 1) { _, arguments in
            guard let number = try arguments.number(0) else { return .undefined }
            if number < 0 { throw JSONataError("D3060", value: arguments[0].shown, argument: 1) }
            return NumberFunctions.whole(number.squareRoot())
        },
        BuiltinFunction("power", "<n-n:n>", arity: 2) { _, arguments in
            guard let base = try arguments.number(0) else { return .undefined }
            let result = pow(base, try arguments.number(1) ?? .nan)
            guard result.isFinite else {
                throw JSONataError(
                    "D3061",
                    value: arguments[0].shown,
                    secondValue: arguments[1].shown,
                    argument: 1
                )
            }
            return NumberFunctions.whole(result)
        },
        BuiltinFunction("random", "<:n>", arity: 0) { evaluator, _ in
            try evaluator.allowRandom("random")
            return .double(Double.random(in: 0..<1))
        },
        BuiltinFunction("formatBase", "<n-n?:s>", arity: 2) { _, arguments in
            guard let number = try arguments.number(0) else { return .undefined }
            let radix = NumberFunctions.rounded(try arguments.number(1) ?? 10, precision: 0)
            guard radix >= 2, radix <= 36 else { throw JSONataError("D3100", value: .double(radix)) }
            return .string(
                NumberFunctions.text(NumberFunctions.rounded(number, precision: 0), radix: Int(radix))
            )
        },
        BuiltinFunction("formatNumber", "<n-so?:s>", arity: 3) { evaluator, arguments in
            guard let number = try arguments.number(0) else { return .undefined }
            var symbols = NumberPicture.Symbols()
            if case .object(let options) = arguments[2] { try symbols.apply(options) }
            let picture = try NumberPicture(try evaluator.picture(arguments), symbols)
            let text = try picture.format(number)
            try evaluator.chargeText(text.utf8.count)
            return .string(text)
        },
        BuiltinFunction("formatInteger", "<n-s:s>", arity: 2) { evaluator, arguments in
            guard let number = try arguments.number(0) else { return .undefined }
            let picture = try IntegerPicture(try evaluator.picture(arguments))
            let text = try picture.format(number.rounded(.down))
            try evaluator.chargeText(text.utf8.count)
            return .string(text)
        },
        BuiltinFunction("parseInteger", "<s-s:n>", arity: 2) { evaluator, arguments in
            guard let text = try arguments.string(0) else { return .undefined }
            let picture = try IntegerPicture(try evaluator.picture(arguments))
            return try picture.parse(text).map { NumberFunctions.whole($0) } ?? .undefined
        },
    ]
}

extension Evaluator {
    private static let longestPicture = 1024

    /// The second argument, a picture; it is refused when it is longer than any picture needs to be.
    func picture(_ arguments: Arguments) throws -> String {
        let picture = try arguments.string(1) ?? ""
        guard picture.utf8.count <= Evaluator.longestPicture else { throw tooLarge() }
        return picture
    }

    /// - Throws: U1005 where random functions are refused.
    func allowRandom(_ name: String) throws {
        guard options.allowsRandom else { throw JSONataError("U1005", value: .string("$" + name)) }
    }
}
