import JSON

/// How a date and time is written or read: the pictures of `fn:format-dateTime` (XPath and XQuery Functions 3.1, 9.8.4),
/// with `X` and `x` for the year and month to which a week belongs.
struct DateTimePicture {
    /// A component such as `[D01]`.
    struct Marker {
        var component: Character
        var presentation: String
        var modifier: Character?
        var least: Int?
        var most: Int?
        /// Written as a name instead of a number.
        var names: IntegerPicture.LetterCase?
        var integer: IntegerPicture?
        /// How many digits of the year are kept; nil for all.
        var yearDigits: Int?
    }

    enum Part {
        case literal(String)
        case marker(Marker)
    }

    private(set) var parts: [Part] = []

    static let iso8601 = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"

    /// - Throws: D3132, D3135 and those of ``IntegerPicture``.
    init(_ picture: String) throws {
        let characters = Array(picture.unicodeScalars)
        var literal = String.UnicodeScalarView()
        var index = 0
        while index < characters.count {
            let next = index + 1 < characters.count ? characters[index + 1] : nil
            if characters[index] == "[", next != "[" {
                if !literal.isEmpty { parts.append(.literal(String(literal))) }
                literal = String.UnicodeScalarView()
                guard let end = characters[index...].firstIndex(of: "]") else { throw JSONataError("D3135") }
                let inside = characters[(index + 1)..<end].filter { !$0.properties.isWhitespace }
                parts.append(.marker(try DateTimePicture.marker(String(String.UnicodeScalarView(inside)))))
                index = end + 1
                continue
            }
            if characters[index] == "[" || (characters[index] == "]" && next == "]") { index += 1 }
            literal.append(characters[index])
            index += 1
        }
        if !literal.isEmpty { parts.append(.literal(String(literal))) }
    }

    private static let defaults: [Character: String] = [
        "Y": "1", "M": "1", "D": "1", "d": "1", "F": "n", "W": "1", "w": "1", "X": "1", "x": "1", "H": "1", "h": "1",
        "P": "n", "m": "01", "s": "01", "f": "1", "Z": "01:01", "z": "01:01", "C": "n", "E": "n",
    ]

    private static func marker(_ text: String) throws -> Marker {
        guard let component = text.first, let standard = defaults[component] else {
            throw JSONataError("D3132", value: .string(text.first.map { String($0) } ?? ""))
        }
        var marker = Marker(component: component, presentation: standard)
        var rest = text.dropFirst()
        if let comma = rest.lastIndex(of: ",") {
            let widths = rest[rest.index(after: comma)...].split(separator: "-", omittingEmptySubsequences: false)
            marker.least = widths.first.flatMap { Int($0) }
            marker.most = widths.count > 1 ? Int(widths[1]) : nil
            rest = rest[..<comma]
        }
        if rest.count > 1, let last = rest.last, "atco".contains(last) {
            marker.modifier = last
            rest = rest.dropLast()
        }
        if !rest.isEmpty { marker.presentation = String(rest) }
        try interpret(&marker)
        return marker
    }

    private static func interpret(_ marker: inout Marker) throws {
        if marker.presentation.hasPrefix("n") {
            marker.names = .lower
        } else if marker.presentation.hasPrefix("N") {
            marker.names = marker.presentation.hasPrefix("Nn") ? .title : .upper
        } else if "YMDdFWwXxHhmsf".contains(marker.component) {
            var integer = try IntegerPicture(marker.presentation)
            integer.isOrdinal = marker.modifier == "o"
            if let least = marker.least { integer.mandatoryDigits = max(integer.mandatoryDigits, min(least, 100)) }
            if marker.component == "Y" {
                if let most = marker.most {
                    marker.yearDigits = most
                    integer.mandatoryDigits = min(most, 100)
                } else if integer.mandatoryDigits + integer.optionalDigits >= 2 {
                    marker.yearDigits = integer.mandatoryDigits + integer.optionalDigits
                }
            }
            marker.integer = integer
        }
        if marker.component == "Z" || marker.component == "z" {
            marker.integer = try IntegerPicture(marker.presentation)
        }
    }

    static let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    // MARK: Writing

    /// The text of a moment at an offset in minutes.
    func format(milliseconds: Int, offset: Int) throws -> String {
        let date = CalendarDate(milliseconds: milliseconds + offset * 60_000)
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .marker(let marker): text += try DateTimePicture.format(date, marker, offset: offset)
            }
        }
        return text
    }

    private static func format(_ date: CalendarDate, _ marker: Marker, offset: Int) throws -> String {
        switch marker.component {
        case "Z", "z": return try format(offset: offset, marker)
        case "P":
            let text = date.hour >= 12 ? "pm" : "am"
            return marker.names == .upper ? text.uppercased() : text
        case "C", "E": return "ISO"
        default: break
        }
        guard var value = fragment(date, marker.component) else { return "" }
        if marker.component == "Y", let digits = marker.yearDigits, digits < 18 {
            value %= (0..<digits).reduce(1) { power, _ in power * 10 }
        }
        guard let names = marker.names else {
            return try marker.integer?.format(Double(value)) ?? ""
        }
        var text: String
        switch marker.component {
        case "M", "x": text = months[value - 1]
        case "F": text = days[value - 1]
        default: throw JSONataError("D3133", value: .string(String(marker.component)))
        }
        if names == .upper { text = text.uppercased() }
        if names == .lower { text = text.lowercased() }
        return marker.most.map { String(text.prefix(max(0, $0))) } ?? text
    }

    private static func format(offset: Int, _ marker: Marker) throws -> String {
        guard let integer = marker.integer else { return "" }
        let hours = offset / 60
        let minutes = offset % 60
        let combined = Double(hours * 100 + minutes)
        var text: String
        if integer.isRegular {
            text = try integer.format(combined)
        } else if integer.mandatoryDigits == 1 || integer.mandatoryDigits == 2 {
            text = try integer.format(Double(hours))
            if hours == 0, offset < 0 { text = "-" + text }
            if minutes != 0 { text += ":" + (try IntegerPicture("00").format(Double(abs(minutes)))) }
        } else if integer.mandatoryDigits == 3 || integer.mandatoryDigits == 4 {
            text = try integer.format(combined)
        } else {
            throw JSONataError("D3134", value: .integer(integer.mandatoryDigits))
        }
        if offset >= 0 { text = "+" + text }
        if marker.component == "z" { text = "GMT" + text }
        return offset == 0 && marker.modifier == "t" ? "Z" : text
    }

    /// The value of a component that is a number.
    static func fragment(_ date: CalendarDate, _ component: Character) -> Int? {
        switch component {
        case "Y": date.year
        case "M": date.month
        case "D": date.day
        case "d": date.dayOfYear
        case "F": date.weekday
        case "W": date.week
        case "w": date.weekOfMonth
        case "X": date.weekYear
        case "x": date.weekMonth
        case "H": date.hour
        case "h": date.hour % 12 == 0 ? 12 : date.hour % 12
        case "m": date.minute
        case "s": date.second
        case "f": date.millisecond
        default: nil
        }
    }
}
