import Basics
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00.000Z", 0),
        ("2026-11-20T09:00:00.000Z", 1_795_165_200_000),
        ("2000-02-29T23:59:59.999Z", 951_868_799_999),
        ("1969-12-31T23:59:59.999Z", -1),
        ("0001-01-01T00:00:00.000Z", -62_135_596_800_000),
    ])
    func `text and milliseconds agree`(text: String, milliseconds: Int64) {
        #expect(Timestamp(milliseconds: milliseconds).iso8601 == text)
        #expect(Timestamp(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        ("2026-11-20", "2026-11-20T00:00:00.000Z"),
        ("2026-11-20T10:30Z", "2026-11-20T10:30:00.000Z"),
        ("2026-11-20T10:30:15.5+01:30", "2026-11-20T09:00:15.500Z"),
        ("2026-11-20 10:30:15-0500", "2026-11-20T15:30:15.000Z"),
        ("2026-11-20T10:30:15.123456789z", "2026-11-20T10:30:15.123Z"),
    ])
    func `every form of RFC 3339 is read`(text: String, expected: String) {
        #expect(Timestamp(iso8601: text)?.iso8601 == expected)
    }

    @Test(arguments: [
        "", "2026", "2026-13-01", "2026-02-29", "2026-11-31", "2026-11-20T", "2026-11-20T24:00Z", "2026-11-20T10:60Z",
        "2026-11-20T10:30", "2026-11-20T10:30:15.Z", "2026-11-20T10:30:15Zx", "2026-11-20T10:30+25:00", "20261120",
    ])
    func `anything else is refused`(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test func `every day of eight hundred years survives the way to a date and back`() {
        for day in stride(from: -200_000, through: 200_000, by: 1) {
            let (year, month, dayOfMonth) = Timestamp.civil(fromDays: day)
            guard Timestamp.days(year: year, month: month, day: dayOfMonth) == day,
                (1...Timestamp.daysInMonth(year: year, month: month)).contains(dayOfMonth)
            else {
                Issue.record("\(year)-\(month)-\(dayOfMonth) is no date")
                return
            }
        }
    }

    @Test func `days between instants are rounded down, also backwards`() {
        let noon = Timestamp(milliseconds: 1_795_132_800_000)
        #expect(noon.adding(seconds: 86_399).days(since: noon) == 0)
        #expect(noon.adding(seconds: 86_400).days(since: noon) == 1)
        #expect(noon.adding(seconds: -1).days(since: noon) == -1)
    }

    @Test func `a manual clock moves only when told to`() {
        let clock = ManualClock(Timestamp(milliseconds: 5000))
        #expect(clock.now().milliseconds == 5000)
        clock.advance(seconds: 1.5)
        #expect(clock.now().milliseconds == 6500)
    }
}
