import Basics
import JSON

extension Builtins {
    /// Functions of dates and times, which are milliseconds since 1970 in UTC.
    static let dates: [BuiltinFunction] = [
        BuiltinFunction("now", "<s?s?:s>", arity: 2) { evaluator, arguments in
            let now = Double(evaluator.now.milliseconds)
            return try evaluator.format(now, try arguments.string(0), try arguments.string(1))
        },
        BuiltinFunction("millis", "<:n>", arity: 0) { evaluator, _ in .integer(Int(evaluator.now.milliseconds)) },
        BuiltinFunction("toMillis", "<s-s?:n>", arity: 2) { evaluator, arguments in
            guard let text = try arguments.string(0) else { return .undefined }
            if arguments[1].isUndefined {
                guard let milliseconds = ISODate.milliseconds(text) else {
                    throw JSONataError("D3110", value: .string(text))
                }
                return .integer(milliseconds)
            }
            let reader = try DateTimeReader(try DateTimePicture(try evaluator.picture(arguments)))
            let value = try reader.read(text, now: evaluator.now, evaluator: evaluator)
            return value.map { NumberFunctions.whole($0) } ?? .undefined
        },
        BuiltinFunction("fromMillis", "<n-s?s?:s>", arity: 3) { evaluator, arguments in
            guard let milliseconds = try arguments.number(0) else { return .undefined }
            return try evaluator.format(milliseconds, try arguments.string(1), try arguments.string(2))
        },
    ]
}

extension Evaluator {
    // The range of ECMAScript's dates.
    private static let largestMoment = 8.64e15

    fileprivate func format(_ milliseconds: Double, _ picture: String?, _ zone: String?) throws -> Value {
        guard abs(milliseconds) <= Evaluator.largestMoment else {
            throw JSONataError("D3110", value: .double(milliseconds))
        }
        var offset = 0
        if let zone {
            guard let digits = Int(zone), abs(digits) < 10_000 else {
                throw JSONataError("D3134", value: .string(zone), message: "The time zone \(zone) is not like +0100.")
            }
            offset = digits / 100 * 60 + digits % 100
        }
        if let picture, picture.utf8.count > 1024 { throw tooLarge() }
        let picture = try DateTimePicture(picture ?? DateTimePicture.iso8601)
        let text = try picture.format(milliseconds: Int(milliseconds.rounded(.down)), offset: offset)
        try chargeText(text.utf8.count)
        return .string(text)
    }
}
