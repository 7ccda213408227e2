import Basics
import JSON

/// Reads a date and time by a picture.
struct DateTimeReader {
    private let markers: [DateTimePicture.Marker?]
    private let program: RegexProgram

    /// - Throws: D3133 for a name of something that has none; D3130 for a numbering that is not known.
    init(_ picture: DateTimePicture) throws {
        var pattern = "^"
        var markers: [DateTimePicture.Marker?] = []
        for (index, part) in picture.parts.enumerated() {
            // A number that another follows at once has exactly as many digits as the picture says.
            var isFollowedByNumber = false
            if index + 1 < picture.parts.count, case .marker(let next) = picture.parts[index + 1] {
                isFollowedByNumber = next.integer != nil
            }
            switch part {
            case .literal(let text):
                pattern += "(" + DateTimeReader.escaped(text) + ")"
                markers.append(nil)
            case .marker(let marker):
                pattern += "(" + (try DateTimeReader.pattern(of: marker, isExact: isFollowedByNumber)) + ")"
                markers.append(marker)
            }
        }
        self.markers = markers
        do {
            program = try RegexProgram(Array((pattern + "$").utf16), ignoresCase: true)
        } catch {
            throw JSONataError("D3136")
        }
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            if "-.*+?^${}()|[]\\/".contains(character) { escaped += "\\" }
            escaped.append(character)
        }
        return escaped
    }

    private static func separator(_ marker: DateTimePicture.Marker) -> Unicode.Scalar? {
        marker.integer.flatMap { $0.isRegular ? $0.separators.first?.character : nil }
    }

    private static func pattern(of marker: DateTimePicture.Marker, isExact: Bool) throws -> String {
        if marker.component == "Z" || marker.component == "z" {
            var pattern = (marker.component == "z" ? "GMT" : "") + "[-+][0-9]+"
            if let separator = separator(marker) { pattern += escaped(String(separator)) + "[0-9]+" }
            return pattern
        }
        if let integer = marker.integer { return try integer.pattern(width: isExact ? integer.mandatoryDigits : 0) }
        guard "MxFP".contains(marker.component) else {
            throw JSONataError("D3133", value: .string(String(marker.component)))
        }
        return "[a-zA-Z]+"
    }

    // MARK: Values

    private static func value(_ text: String, _ marker: DateTimePicture.Marker) throws -> Int? {
        if marker.component == "Z" || marker.component == "z" { return offset(text, marker) }
        if let integer = marker.integer {
            return try integer.parse(text).flatMap { Int(exactly: $0.rounded(.towardZero)) }
        }
        func place(of text: String, in names: [String]) -> Int? {
            for (index, name) in names.enumerated() {
                let shown = marker.most.map { String(name.prefix(max(0, $0))) } ?? name
                if shown == text { return index + 1 }
            }
            return nil
        }
        switch marker.component {
        case "M", "x": return place(of: text, in: DateTimePicture.months)
        case "F": return place(of: text, in: DateTimePicture.days)
        default: return ["am": 0, "AM": 0, "pm": 1, "PM": 1][text]
        }
    }

    /// An offset from UTC in minutes.
    private static func offset(_ text: String, _ marker: DateTimePicture.Marker) -> Int? {
        let digits = Array((marker.component == "z" ? text.dropFirst(3) : text[...]).utf8)
        guard let sign = digits.first else { return nil }
        var hours = digits.dropFirst()
        var minutes: ArraySlice<UInt8> = []
        if let separator = separator(marker), separator.isASCII,
            let place = hours.firstIndex(of: UInt8(separator.value))
        {
            minutes = hours[(place + 1)...]
            hours = hours[..<place]
        } else if hours.count > 2 {
            minutes = hours.dropFirst(2)
            hours = hours.prefix(2)
        }
        func number(_ digits: ArraySlice<UInt8>) -> Int { Int(String(decoding: digits, as: UTF8.self)) ?? 0 }
        let total = number(hours) * 60 + number(minutes)
        return sign == 0x2D ? -total : total
    }

    /// Which of two letters' sets of components are given; the last of them may not be missing.
    private static func isKind(_ kind: Int, _ mask: Int) -> Bool { ~kind & mask == 0 && kind & mask != 0 }

    /// The milliseconds since 1970 that a text stands for, nil when it does not look like the picture.
    ///
    /// What the picture leaves out before its largest component is taken from `now`; what it leaves out after is zero.
    /// - Throws: D3136 when a component between two given ones is missing.
    func read(_ text: String, now: Timestamp, evaluator: Evaluator) throws -> Double? {
        let subject = TextUnits.units(of: text)
        guard let match = try evaluator.find(program, in: subject, from: 0) else { return nil }
        var components: [Character: Int] = [:]
        var hasMarkers = false
        // Groups of numbers written as words are the only ones inside another, and none of them captures.
        for (marker, range) in zip(markers, match.groups) {
            guard let marker, let range else { continue }
            hasMarkers = true
            components[marker.component] = try DateTimeReader.value(TextUnits.string(from: subject[range]), marker)
        }
        guard hasMarkers else { return nil }
        func mask(_ letters: String) -> Int {
            letters.reduce(0) { $0 << 1 | (components[$1, default: 0] != 0 ? 1 : 0) }
        }
        let dates = mask("YXMxWwdD")
        let isDayOfYear = !DateTimeReader.isKind(161, dates) && DateTimeReader.isKind(130, dates)
        let isWeekOfMonth = DateTimeReader.isKind(84, dates)
        let isWeekOfYear = !isWeekOfMonth && DateTimeReader.isKind(72, dates)
        let times = mask("PHhmsf")
        let isHalfDay = !DateTimeReader.isKind(23, times) && DateTimeReader.isKind(47, times)
        let order =
            (isDayOfYear ? "YD" : isWeekOfMonth ? "XxwF" : isWeekOfYear ? "XWF" : "YMD")
            + (isHalfDay ? "Phmsf" : "Hmsf")
        try complete(&components, order, now)
        if isWeekOfMonth || isWeekOfYear { throw JSONataError("D3136") }
        return DateTimeReader.milliseconds(components, isDayOfYear: isDayOfYear, isHalfDay: isHalfDay)
    }

    private func complete(_ components: inout [Character: Int], _ order: String, _ now: Timestamp) throws {
        let today = CalendarDate(milliseconds: Int(now.milliseconds))
        var hasStarted = false
        var hasEnded = false
        for letter in order {
            if components[letter] != nil {
                hasStarted = true
                if hasEnded { throw JSONataError("D3136") }
            } else if hasStarted {
                components[letter] = "MDd".contains(letter) ? 1 : 0
                hasEnded = true
            } else {
                components[letter] = DateTimePicture.fragment(today, letter) ?? (today.hour >= 12 ? 1 : 0)
            }
        }
    }

    private static func milliseconds(
        _ components: [Character: Int],
        isDayOfYear: Bool,
        isHalfDay: Bool
    ) -> Double? {
        func component(_ letter: Character) -> Int { max(-10_000_000, min(10_000_000, components[letter, default: 0])) }
        var year = component("Y")
        if (0...99).contains(year) { year += 1900 }
        var month = max(1, component("M")) - 1
        year += month / 12
        month %= 12
        let day = isDayOfYear ? component("d") : component("D")
        let days = Timestamp.days(year: year, month: isDayOfYear ? 1 : month + 1, day: 1) + day - 1
        var hour = component("H")
        if isHalfDay { hour = component("h") % 12 + (component("P") == 1 ? 12 : 0) }
        var minutes = Double(days) * 1440 + Double(hour * 60 + component("m"))
        let offset = component("Z") != 0 ? component("Z") : component("z")
        minutes -= Double(offset)
        return minutes * 60_000 + Double(component("s") * 1000 + component("f"))
    }
}
