import Basics

/// Times of a calendar in five fields: minute, hour, day of the month, month and day of the week.
///
/// As `crontab` of POSIX.1-2024 has them, with names (`MON`, `JAN`), steps (`*/15`, `9-17/2`) and 7 as another Sunday.
package struct CronExpression: Sendable, Hashable, CustomStringConvertible {
    /// A minute of a calendar, on no particular clock.
    struct Moment: Sendable, Hashable {
        /// Days since 1970-01-01.
        var day: Int
        /// 0 to 1439.
        var minute: Int

        /// Seconds since 1970 on the clock that is meant.
        var local: Int64 { Int64(day) * 86_400 + Int64(minute) * 60 }
    }

    private var minutes: UInt64
    private var hours: UInt64
    private var days: UInt64
    private var months: UInt64
    private var weekdays: UInt64
    /// Both day fields are given, so a day that suits either is meant; a field that begins with `*` is not given.
    private var isEitherDay: Bool
    /// As it was written, with single spaces.
    package let description: String

    /// Reads five fields.
    ///
    /// - Throws: ``WorkflowError`` with code `invalid_cron` that names the field and says what to write instead.
    package init(_ text: String) throws(WorkflowError) {
        let parts = text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        description = parts.joined(separator: " ")
        if text.hasPrefix("@") {
            throw CronField.error(text, "has no five fields; write '0 9 * * *' for every day at 9")
        }
        if parts.count == 6 || parts.count == 7 {
            throw CronField.error(
                text,
                "has \(parts.count) fields; seconds and years cannot be given, so write five fields"
            )
        }
        guard parts.count == 5 else {
            throw CronField.error(
                text,
                "has \(parts.count) \(parts.count == 1 ? "field" : "fields"); five are needed: minute, hour, day of the month, "
                    + "month, day of the week"
            )
        }
        minutes = try CronField.minute.read(parts[0])
        hours = try CronField.hour.read(parts[1])
        days = try CronField.day.read(parts[2])
        months = try CronField.month.read(parts[3])
        var weekdays = try CronField.weekday.read(parts[4])
        if weekdays & 1 << 7 != 0 { weekdays = (weekdays | 1) & 0x7F }
        self.weekdays = weekdays
        isEitherDay = !parts[2].hasPrefix("*") && !parts[4].hasPrefix("*")
        guard
            isEitherDay
                || (1...12).contains(where: { month in
                    months & 1 << month != 0
                        && (1...Timestamp.daysInMonth(year: 2000, month: month)).contains { days & 1 << $0 != 0 }
                })
        else { throw CronField.error(text, "never comes: no month that it names has such a day") }
    }

    /// 0 for Sunday to 6 for Saturday, of a number of days since 1970-01-01.
    static func weekday(ofDay day: Int) -> Int { ((day + 4) % 7 + 7) % 7 }

    /// The first moment after another; nil when none comes in fifty years.
    func next(after moment: Moment) -> Moment? {
        if let minute = minute(after: moment.minute), isMeant(moment.day) {
            return Moment(day: moment.day, minute: minute)
        }
        guard let minute = minute(after: -1) else { return nil }
        var (year, month, day) = Timestamp.civil(fromDays: moment.day + 1)
        for _ in 0..<600 {
            if months & 1 << month != 0 {
                let first = Timestamp.days(year: year, month: month, day: 1) - 1
                for number in day...max(day, Timestamp.daysInMonth(year: year, month: month))
                where isMeant(first + number, number) {
                    return Moment(day: first + number, minute: minute)
                }
            }
            (year, month, day) = month == 12 ? (year + 1, 1, 1) : (year, month + 1, 1)
        }
        return nil
    }

    private func isMeant(_ day: Int) -> Bool {
        let date = Timestamp.civil(fromDays: day)
        return months & 1 << date.month != 0 && isMeant(day, date.day)
    }

    private func isMeant(_ day: Int, _ number: Int) -> Bool {
        let byNumber = days & 1 << number != 0
        let byWeekday = weekdays & 1 << CronExpression.weekday(ofDay: day) != 0
        return isEitherDay ? byNumber || byWeekday : byNumber && byWeekday
    }

    private func minute(after minute: Int) -> Int? {
        let from = minute + 1
        var hour = from / 60
        guard hour < 24 else { return nil }
        if hours & 1 << hour != 0 {
            let rest = minutes >> (from % 60)
            if rest != 0 { return from + rest.trailingZeroBitCount }
        }
        hour += 1
        let rest = hours >> hour
        guard rest != 0 else { return nil }
        return (hour + rest.trailingZeroBitCount) * 60 + minutes.trailingZeroBitCount
    }
}
