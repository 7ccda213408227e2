import Basics

/// The rule by which a time zone goes on after its last recorded change: the `TZ` text of POSIX, with hours from -167 to 167.
///
/// The syntax is that of POSIX.1-2024 section 8.3 and of the footer of RFC 9636 section 3.3.
struct ZoneRule: Sendable, Hashable {
    /// A day and a time of day at which the offset changes, every year.
    struct Turn: Sendable, Hashable {
        enum Day: Sendable, Hashable {
            /// 1 to 365; 29 February is never counted.
            case julian(Int)
            /// 0 to 365; 29 February is counted.
            case ordinal(Int)
            /// The week 5 is the last one of the month; the weekday 0 is Sunday.
            case weekday(month: Int, week: Int, weekday: Int)
        }

        var day: Day
        /// Seconds after midnight, on the clock before the change.
        var time: Int

        /// Seconds since 1970 in local time.
        func local(in year: Int) -> Int64 {
            let days: Int
            switch day {
            case .julian(let number):
                let isAfterLeapDay = number >= 60 && Timestamp.daysInMonth(year: year, month: 2) == 29
                days = Timestamp.days(year: year, month: 1, day: 1) + number - 1 + (isAfterLeapDay ? 1 : 0)
            case .ordinal(let number): days = Timestamp.days(year: year, month: 1, day: 1) + number
            case .weekday(let month, let week, let weekday):
                let first = Timestamp.days(year: year, month: month, day: 1)
                let toFirst = (weekday - CronExpression.weekday(ofDay: first) + 7) % 7
                var inMonth = toFirst + (week - 1) * 7
                if inMonth >= Timestamp.daysInMonth(year: year, month: month) { inMonth -= 7 }
                days = first + inMonth
            }
            return Int64(days) * 86_400 + Int64(time)
        }
    }

    /// Seconds east of UTC.
    var standard: Int
    /// The other offset, with the beginning and the end of its time.
    var saving: Saving?

    struct Saving: Sendable, Hashable {
        var offset: Int
        var begin: Turn
        var end: Turn
    }

    init(standard: Int, saving: Saving? = nil) {
        self.standard = standard
        self.saving = saving
    }

    /// The changes of a year, in order: from when on which offset holds, in seconds since 1970.
    func changes(in year: Int) -> [(at: Int64, offset: Int)] {
        guard let saving else { return [] }
        let begin = (at: saving.begin.local(in: year) - Int64(standard), offset: saving.offset)
        let end = (at: saving.end.local(in: year) - Int64(saving.offset), offset: standard)
        return begin.at <= end.at ? [begin, end] : [end, begin]
    }

    /// The offset at an instant, by the last change before it.
    func offset(at seconds: Int64) -> Int {
        guard saving != nil else { return standard }
        let year = ZoneRule.year(of: seconds)
        var last: (at: Int64, offset: Int)?
        for year in year - 1...year + 1 {
            for change in changes(in: year) where change.at <= seconds {
                // Where one ends as the next begins, saving time goes on all the year round.
                if let known = last, known.at == change.at, change.offset == standard { continue }
                if change.at >= last?.at ?? .min { last = change }
            }
        }
        return last?.offset ?? standard
    }

    static func year(of seconds: Int64) -> Int {
        Timestamp.civil(fromDays: Int((seconds >= 0 ? seconds : seconds - 86_399) / 86_400)).year
    }
}

extension ZoneRule {
    /// Reads a rule; nil when the text is none.
    init?(_ text: some Sequence<UInt8>) {
        var reader = RuleReader(bytes: Array(text))
        guard reader.name(), let standard = reader.time(hours: 24) else { return nil }
        self.init(standard: -standard)
        if reader.isAtEnd { return }
        guard reader.name() else { return nil }
        var offset = -standard + 3600
        if !reader.isAt(",") {
            guard let given = reader.time(hours: 24) else { return nil }
            offset = -given
        }
        guard reader.take(","), let begin = reader.turn(), reader.take(","), let end = reader.turn(), reader.isAtEnd
        else { return nil }
        saving = Saving(offset: offset, begin: begin, end: end)
    }
}

private struct RuleReader {
    let bytes: [UInt8]
    var position = 0

    var isAtEnd: Bool { position == bytes.count }

    func isAt(_ character: Unicode.Scalar) -> Bool {
        position < bytes.count && bytes[position] == UInt8(ascii: character)
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard isAt(character) else { return false }
        position += 1
        return true
    }

    /// Passes over `EST` or `<+0330>`.
    mutating func name() -> Bool {
        let start = position
        if take("<") {
            while position < bytes.count, !isAt(">") { position += 1 }
            return take(">") && position - start > 2
        }
        while position < bytes.count, (bytes[position] | 0x20) >= 0x61, (bytes[position] | 0x20) <= 0x7A {
            position += 1
        }
        return position - start >= 3
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int? {
        let start = position
        var value = 0
        while position < bytes.count, position - start < 3, bytes[position] >= 0x30, bytes[position] <= 0x39 {
            value = value * 10 + Int(bytes[position] - 0x30)
            position += 1
        }
        return position > start && range.contains(value) ? value : nil
    }

    /// `5`, `-3:30`, `+01:00:00`, in seconds.
    mutating func time(hours: Int) -> Int? {
        let isNegative = isAt("-")
        if isNegative || isAt("+") { position += 1 }
        guard let hour = number(0...hours) else { return nil }
        var seconds = hour * 3600
        for unit in [60, 1] where take(":") {
            guard let part = number(0...59) else { return nil }
            seconds += part * unit
        }
        return isNegative ? -seconds : seconds
    }

    mutating func turn() -> ZoneRule.Turn? {
        let day: ZoneRule.Turn.Day
        if take("M") {
            guard let month = number(1...12), take("."), let week = number(1...5), take("."),
                let weekday = number(0...6)
            else { return nil }
            day = .weekday(month: month, week: week, weekday: weekday)
        } else if take("J") {
            guard let number = number(1...365) else { return nil }
            day = .julian(number)
        } else {
            guard let number = number(0...365) else { return nil }
            day = .ordinal(number)
        }
        guard take("/") else { return ZoneRule.Turn(day: day, time: 7200) }
        guard let time = time(hours: 167) else { return nil }
        return ZoneRule.Turn(day: day, time: time)
    }
}
