import Basics
import JSON

extension Builtins {
    /// Functions of strings that need no patterns.
    static let text: [BuiltinFunction] = [
        BuiltinFunction("string", "<x-b?:s>", arity: 1, parameters: 2) { evaluator, arguments in
            let text = try evaluator.string(arguments[0], isPretty: try arguments[1].isTrue())
            return text.map { .string($0) } ?? .undefined
        },
        BuiltinFunction("substring", "<s-nn?:s>", arity: 3) { _, arguments in
            guard let text = try arguments.string(0) else { return .undefined }
            let start = try arguments.number(1) ?? 0
            return .string(TextFunctions.substring(text, start, try arguments.number(2)))
        },
        BuiltinFunction("substringBefore", "<s-s:s>", arity: 2) { _, arguments in
            guard let text = try arguments.string(0) else { return .undefined }
            guard let token = try arguments.string(1), let found = TextFunctions.range(of: token, in: text) else {
                return .string(text)
            }
            return .string(String(text[..<found.lowerBound]))
        },
        BuiltinFunction("substringAfter", "<s-s:s>", arity: 2) { _, arguments in
            guard let text = try arguments.string(0) else { return .undefined }
            guard let token = try arguments.string(1), let found = TextFunctions.range(of: token, in: text) else {
                return .string(text)
            }
            return .string(String(text[found.upperBound...]))
        },
        BuiltinFunction("lowercase", "<s-:s>", arity: 1) { _, arguments in
            try arguments.string(0).map { .string($0.lowercased()) } ?? .undefined
        },
        BuiltinFunction("uppercase", "<s-:s>", arity: 1) { _, arguments in
            try arguments.string(0).map { .string($0.uppercased()) } ?? .undefined
        },
        BuiltinFunction("length", "<s-:n>", arity: 1) { _, arguments in
            try arguments.string(0).map { .integer($0.unicodeScalars.count) } ?? .undefined
        },
        BuiltinFunction("trim", "<s-:s>", arity: 1) { _, arguments in
            try arguments.string(0).map { .string(TextFunctions.trimmed($0)) } ?? .undefined
        },
        BuiltinFunction("pad", "<s-ns?:s>", arity: 3) { evaluator, arguments in
            guard let text = try arguments.string(0) else { return .undefined }
            guard let width = try arguments.integer(1) else { return .string(text) }
            let padding = abs(width) - text.unicodeScalars.count
            guard padding > 0 else { return .string(text) }
            try evaluator.chargeText(padding)
            var unit = try arguments.string(2) ?? " "
            if unit.isEmpty { unit = " " }
            let filler = TextFunctions.filler(unit, count: padding)
            return .string(width > 0 ? text + filler : filler + text)
        },
        BuiltinFunction("join", "<a<s>s?:s>", arity: 2) { evaluator, arguments in
            guard let elements = try arguments.elements(0) else { return .undefined }
            let parts = try elements.map { element in
                guard let text = element.string else { throw arguments.mismatch(0) }
                return text
            }
            let separator = try arguments.string(1) ?? ""
            let gaps = separator.utf8.count.multipliedReportingOverflow(by: parts.count).partialValue
            try evaluator.chargeText(parts.reduce(gaps) { $0 + $1.utf8.count })
            return .string(parts.joined(separator: separator))
        },
        BuiltinFunction("base64encode", "<s-:s>", arity: 1) { _, arguments in
            guard let text = try arguments.string(0) else { return .undefined }
            // As in JavaScript: one byte a character, the low one.
            return .string(Base64.encode(TextUnits.units(of: text).map { UInt8(truncatingIfNeeded: $0) }))
        },
        BuiltinFunction("base64decode", "<s-:s>", arity: 1) { _, arguments in
            guard let text = try arguments.string(0) else { return .undefined }
            let bytes = Base64.decode(text) ?? Base64.decodeURL(text) ?? []
            return .string(TextUnits.string(from: bytes.map { UInt16($0) }))
        },
    ]
}
