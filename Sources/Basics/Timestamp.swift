/// An instant in UTC, counted in milliseconds since 1970-01-01T00:00:00Z without leap seconds.
///
/// Text is ISO 8601 as RFC 3339 profiles it. Calendar arithmetic is the proleptic Gregorian calendar, computed here
/// because Foundation's calendar needs ICU.
package struct Timestamp: Sendable, Hashable, Comparable {
    /// Milliseconds since the epoch; negative before 1970.
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

    /// The instant `seconds` later, or earlier when negative.
    package func adding(seconds: Double) -> Timestamp {
        Timestamp(milliseconds: milliseconds + Int64(seconds * 1000))
    }

    /// Whole days from `other` to this instant, rounded down.
    package func days(since other: Timestamp) -> Int {
        let difference = milliseconds - other.milliseconds
        let day: Int64 = 86_400_000
        return Int(difference >= 0 ? difference / day : (difference - day + 1) / day)
    }

    /// The calendar date in UTC.
    package var date: (year: Int, month: Int, day: Int) {
        Timestamp.civil(fromDays: Int(floorDivide(milliseconds, 86_400_000)))
    }

    /// `2026-11-20T09:30:00.000Z`; always three digits of milliseconds.
    package var iso8601: String {
        String(unsafeUninitializedCapacity: Timestamp.longestText) { writeISO8601(to: $0) }
    }

    /// The most bytes that ``writeISO8601(to:)`` writes.
    package static let longestText = 32

    /// Writes ``iso8601`` as bytes, and returns how many they are.
    ///
    /// `text` has room for ``longestText`` bytes. In place, because growing a string is slow, and records and logs are
    /// full of instants.
    package func writeISO8601(to text: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let (year, month, day) = date
        let inDay = Int(milliseconds - floorDivide(milliseconds, 86_400_000) * 86_400_000)
        var end = 0
        func put(_ value: Int, _ width: Int, then mark: Unicode.Scalar) {
            var rest = value
            for position in stride(from: end + width - 1, through: end, by: -1) {
                text[position] = UInt8(0x30 + rest % 10)
                rest /= 10
            }
            text[end + width] = UInt8(ascii: mark)
            end += width + 1
        }
        if year < 0 {
            text[0] = UInt8(ascii: "-")
            end = 1
        }
        put(abs(year), max(4, String(abs(year)).utf8.count), then: "-")
        put(month, 2, then: "-")
        put(day, 2, then: "T")
        put(inDay / 3_600_000, 2, then: ":")
        put(inDay / 60_000 % 60, 2, then: ":")
        put(inDay / 1000 % 60, 2, then: ".")
        put(inDay % 1000, 3, then: "Z")
        return end
    }

    /// `2026-11-20`.
    package var isoDate: String { String(iso8601.prefix(10)) }

    /// Reads an RFC 3339 date-time, or a bare date as midnight UTC; nil when the text is neither.
    package init?(iso8601 text: String) {
        let bytes = Array(text.utf8)
        func number(_ start: Int, _ count: Int) -> Int? {
            guard start + count <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[start..<start + count] {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        func has(_ character: Character, at index: Int) -> Bool {
            index < bytes.count && bytes[index] == character.asciiValue
        }
        guard let year = number(0, 4), has("-", at: 4), let month = number(5, 2), has("-", at: 7),
            let day = number(8, 2), (1...12).contains(month), day >= 1,
            day <= Timestamp.daysInMonth(year: year, month: month)
        else { return nil }
        var total = Int64(Timestamp.days(year: year, month: month, day: day)) * 86_400_000
        var index = 10
        if index == bytes.count {
            milliseconds = total
            return
        }
        guard has("T", at: index) || has("t", at: index) || has(" ", at: index), let hour = number(11, 2),
            has(":", at: 13), let minute = number(14, 2), hour < 24, minute < 60
        else { return nil }
        total += Int64(hour) * 3_600_000 + Int64(minute) * 60_000
        index = 16
        if has(":", at: index) {
            guard let second = number(17, 2), second <= 60 else { return nil }
            total += Int64(min(second, 59)) * 1000
            index = 19
            if has(".", at: index) {
                index += 1
                var scale: Int64 = 100
                let start = index
                while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 {
                    total += Int64(bytes[index] - 0x30) * scale
                    scale /= 10
                    index += 1
                }
                guard index > start else { return nil }
            }
        }
        if has("Z", at: index) || has("z", at: index) {
            index += 1
        } else if has("+", at: index) || has("-", at: index) {
            let sign: Int64 = bytes[index] == 0x2D ? 1 : -1
            guard let hours = number(index + 1, 2), hours < 24 else { return nil }
            let minutesAt = has(":", at: index + 3) ? index + 4 : index + 3
            guard let minutes = number(minutesAt, 2), minutes < 60 else { return nil }
            total += sign * (Int64(hours) * 3_600_000 + Int64(minutes) * 60_000)
            index = minutesAt + 2
        } else {
            return nil
        }
        guard index == bytes.count else { return nil }
        milliseconds = total
    }

    /// Days since the epoch of a date in the proleptic Gregorian calendar.
    package static func days(year: Int, month: Int, day: Int) -> Int {
        // March-based years put the leap day last: http://howardhinnant.github.io/date_algorithms.html
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The date of a number of days since the epoch; the inverse of ``days(year:month:day:)``.
    package static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// The number of days in a month, 28 to 31.
    package static func daysInMonth(year: Int, month: Int) -> Int {
        switch month {
        case 2: return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }

    private func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    }
}
