import JSON

/// What each code means, with the values at fault filled in.
enum ErrorMessages {
    static func text(for error: JSONataError) -> String {
        guard let template = templates[error.code] else { return "The expression failed (\(error.code))." }
        let function = error.token ?? "this function"
        var text = template
        for (name, value) in [
            ("{token}", error.token ?? ""),
            ("{function}", function),
            ("{value}", error.value.map { JSONWriter.text(of: $0) } ?? "nothing"),
            ("{second}", error.secondValue.map { JSONWriter.text(of: $0) } ?? "nothing"),
            ("{argument}", error.argument.map { String($0) } ?? ""),
        ] {
            while let found = TextFunctions.range(of: name, in: text) {
                text.replaceSubrange(found, with: shown(value))
            }
        }
        return text
    }

    /// A value short enough for a message, and without the braces that mark a place for one.
    private static func shown(_ value: String) -> String {
        let text = value.count > 120 ? value.prefix(117) + "..." : value[...]
        return text.contains("{") ? String(text.map { $0 == "{" ? "(" : $0 == "}" ? ")" : $0 }) : String(text)
    }

    private static let templates: [String: String] = [
        "S0101": "A string has no closing quote.",
        "S0102": "The number {token} is out of range.",
        "S0103": "\\{token} is not an escape that strings know.",
        "S0104": "\\u must be followed by four hexadecimal digits.",
        "S0105": "A name in backquotes has no closing backquote.",
        "S0106": "A comment is not closed.",
        "S0201": "{token} does not belong here.",
        "S0202": "Expected {value}, found {token}.",
        "S0203": "Expected {value} before the end of the expression.",
        "S0204": "{token} is not an operator.",
        "S0207": "The expression ends too early.",
        "S0208": "Parameter {value} of a function must be a variable, such as $x.",
        "S0209": "A filter cannot follow a group in the same step.",
        "S0210": "A step can have only one group.",
        "S0211": "{token} needs something before it.",
        "S0212": "The left side of := must be a variable, such as $x.",
        "S0213": "The value {value} cannot be a step of a path.",
        "S0214": "The right side of {token} must be a variable, such as $x.",
        "S0215": "A variable must be bound before the filters of its step.",
        "S0216": "A variable must be bound before the order-by of its step.",
        "S0217": "There is no object that % could stand for here.",
        "S0301": "A regular expression cannot be empty.",
        "S0302": "A regular expression has no closing slash.",
        "S0401": "Only arrays and functions take a type in angle brackets.",
        "S0402": "A choice of types cannot hold types with parameters.",
        "T0410": "Argument {argument} of {function} does not have the right type.",
        "T0411": "The context does not have the right type for argument {argument} of {function}.",
        "T0412": "Argument {argument} of {function} must be an array of {value}.",
        "D1001": "The number {value} is out of range.",
        "D1002": "{value} is not a number, so it has no negative.",
        "T1003": "The key of an object must be a string, not {value}.",
        "D1004": "The regular expression matches nothing, so it would match forever.",
        "T1005": "{token} is a field here. Did you mean ${token}?",
        "T1006": "This is not a function, so it cannot be called.",
        "T1007": "{token} is a field here. Did you mean ${token}?",
        "T1008": "This is not a function, so it cannot be applied in part.",
        "D1009": "Two keys of an object are both {value}.",
        "T1010": "The function given to {function} as a pattern does not give matches.",
        "T2001": "The left side of {token} must be a number.",
        "T2002": "The right side of {token} must be a number.",
        "T2003": "A range must start with an integer.",
        "T2004": "A range must end with an integer.",
        "T2006": "The right side of ~> must be a function.",
        "T2007": "{value} and {second} cannot be put in order, since their types differ.",
        "T2008": "Only numbers and strings can be put in order.",
        "T2009": "{value} and {second} on the two sides of {token} must have the same type.",
        "T2010": "Both sides of {token} must be numbers or strings.",
        "T2011": "The update of a transform must be an object, not {value}.",
        "T2012": "The delete clause of a transform must be strings, not {value}.",
        "T2013": "$clone is not a function here, and a transform needs it.",
        "D2014": "A range cannot have more than ten million elements; this one has {value}.",
        "D3001": "Infinity has no text.",
        "D3010": "The second argument of replace cannot be empty.",
        "D3011": "The fourth argument of replace cannot be negative.",
        "D3012": "A match can only be replaced by a string.",
        "D3020": "The third argument of split cannot be negative.",
        "D3030": "{value} cannot be made a number.",
        "D3040": "The third argument of match cannot be negative.",
        "D3050": "The function given to reduce must take at least two arguments.",
        "D3060": "{value} is negative, so it has no square root.",
        "D3061": "{value} to the power of {second} is not a number that JSON can hold.",
        "D3070": "Only numbers, or only strings, can be sorted without a function that compares.",
        "D3080": "A picture of a number has at most two halves.",
        "D3081": "Half a picture has at most one decimal separator.",
        "D3082": "Half a picture has at most one percent sign.",
        "D3083": "Half a picture has at most one per-mille sign.",
        "D3084": "Half a picture cannot have both a percent and a per-mille sign.",
        "D3085": "A picture of a number needs a digit before its exponent.",
        "D3086": "Other characters cannot stand between the digits of a picture.",
        "D3087": "A grouping separator cannot stand beside the decimal separator.",
        "D3088": "A grouping separator cannot end the integer part of a picture.",
        "D3089": "Two grouping separators cannot stand side by side.",
        "D3090": "In the integer part of a picture, # cannot follow 0.",
        "D3091": "In the fraction of a picture, 0 cannot follow #.",
        "D3092": "A picture with a percent or per-mille sign cannot have an exponent.",
        "D3093": "The exponent of a picture is made of digits only.",
        "D3100": "The base of a number is 2 to 36, not {value}.",
        "D3110": "{value} is not an ISO 8601 date and time.",
        "D3120": "The text given to eval is not an expression: {value}",
        "D3121": "The expression given to eval failed: {value}",
        "D3130": "There is no numbering that starts with {value}.",
        "D3131": "The digits of a picture must be of one script.",
        "D3132": "{value} is not a component of dates and times.",
        "D3133": "Only months and days have names, not {value}.",
        "D3134": "An offset has at most four digits.",
        "D3135": "A component of a picture has no closing bracket.",
        "D3136": "The picture leaves out a component that is needed to read the date and time.",
        "D3138": "single found more than one match.",
        "D3139": "single found no match.",
        "D3201": "The text given to parse is not JSON: {value}",
        "U1001": "The expression nests too deeply; use a tail call, or raise the limit of {value} levels.",
        "U1002": "The expression took more than {value} steps; give it less data, or raise the limit.",
        "U1003": "The result is larger than {value} bytes; select less, or raise the limit.",
        "U1004": "The regular expression {value} takes too many attempts; make it more definite.",
        "U1005": "{value} may not be called here.",
    ]
}
