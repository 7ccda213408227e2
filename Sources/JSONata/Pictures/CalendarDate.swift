import Basics

/// A moment of UTC in the parts of the Gregorian calendar and of ISO 8601 weeks.
struct CalendarDate {
    let days: Int
    let year: Int
    /// 1 to 12.
    let month: Int
    let day: Int
    /// Of the day.
    let milliseconds: Int

    init(milliseconds total: Int) {
        let day = 86_400_000
        days = total >= 0 ? total / day : -((-total + day - 1) / day)
        milliseconds = total - days * day
        (year, month, self.day) = Timestamp.civil(fromDays: days)
    }

    var hour: Int { milliseconds / 3_600_000 }
    var minute: Int { milliseconds / 60_000 % 60 }
    var second: Int { milliseconds / 1000 % 60 }
    var millisecond: Int { milliseconds % 1000 }
    /// 1 for Monday to 7 for Sunday.
    var weekday: Int { CalendarDate.weekday(days) }
    var dayOfYear: Int { days - Timestamp.days(year: year, month: 1, day: 1) + 1 }

    private static func weekday(_ days: Int) -> Int {
        let shifted = (days + 3) % 7
        return (shifted < 0 ? shifted + 7 : shifted) + 1
    }

    /// The Monday of the week that has the first Thursday of a month; a year's is that of its January.
    private static func firstWeek(year: Int, month: Int) -> Int {
        let first = Timestamp.days(year: year, month: month, day: 1)
        let weekday = weekday(first)
        return weekday > 4 ? first + 8 - weekday : first - (weekday - 1)
    }

    private var nextMonth: (year: Int, month: Int) { month == 12 ? (year + 1, 1) : (year, month + 1) }
    private var previousMonth: (year: Int, month: Int) { month == 1 ? (year - 1, 12) : (year, month - 1) }

    /// The year to which the week belongs.
    var weekYear: Int {
        if days < CalendarDate.firstWeek(year: year, month: 1) { return year - 1 }
        return days >= CalendarDate.firstWeek(year: year + 1, month: 1) ? year + 1 : year
    }

    /// The week of ``weekYear``, from 1.
    var week: Int { (days - CalendarDate.firstWeek(year: weekYear, month: 1)) / 7 + 1 }

    /// The month to which the week belongs.
    var weekMonth: Int {
        if days < CalendarDate.firstWeek(year: year, month: month) { return previousMonth.month }
        return days >= CalendarDate.firstWeek(year: nextMonth.year, month: nextMonth.month) ? nextMonth.month : month
    }

    /// The week of ``weekMonth``, from 1.
    var weekOfMonth: Int {
        var start = CalendarDate.firstWeek(year: year, month: month)
        if days < start {
            start = CalendarDate.firstWeek(year: previousMonth.year, month: previousMonth.month)
        } else {
            let next = CalendarDate.firstWeek(year: nextMonth.year, month: nextMonth.month)
            if days >= next { start = next }
        }
        return (days - start) / 7 + 1
    }
}
