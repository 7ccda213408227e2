import Basics
import TestSupport
import Testing
import Workflows

@Suite struct CronExpressionTests {
    static func slots(_ cron: String, after start: String, count: Int) throws -> [String] {
        let rule = SlotRule(cron: try CronExpression(cron), zone: .utc)
        var position = try #require(Timestamp(iso8601: start))
        var found: [String] = []
        while found.count < count, let next = rule.next(after: position) {
            found.append(String(next.iso8601.prefix(16)))
            position = next
        }
        return found
    }

    @Test(arguments: [
        ("0 9 * * MON-FRI", ["2026-11-20T09:00", "2026-11-23T09:00", "2026-11-24T09:00"]),
        ("*/25 8 * * *", ["2026-11-20T08:25", "2026-11-20T08:50", "2026-11-21T08:00"]),
        ("5-45/20 23 * * *", ["2026-11-20T23:05", "2026-11-20T23:25", "2026-11-20T23:45"]),
        ("0 0 1 jan,Jul *", ["2027-01-01T00:00", "2027-07-01T00:00", "2028-01-01T00:00"]),
        ("0 0 29 2 *", ["2028-02-29T00:00", "2032-02-29T00:00", "2036-02-29T00:00"]),
        ("0 12 * * 7", ["2026-11-22T12:00", "2026-11-29T12:00", "2026-12-06T12:00"]),
        ("0 12 * * FRI-SUN", ["2026-11-20T12:00", "2026-11-21T12:00", "2026-11-22T12:00"]),
        ("0 12 * * 0,6", ["2026-11-21T12:00", "2026-11-22T12:00", "2026-11-28T12:00"]),
        ("0 0 31 * *", ["2026-12-31T00:00", "2027-01-31T00:00", "2027-03-31T00:00"]),
        // Both day fields: either of them.
        ("0 0 13 * FRI", ["2026-11-27T00:00", "2026-12-04T00:00", "2026-12-11T00:00"]),
        ("0 0 24 * FRI", ["2026-11-24T00:00", "2026-11-27T00:00", "2026-12-04T00:00"]),
        // A field that begins with a star is not given, so both must hold.
        ("0 0 */2 * MON", ["2026-11-23T00:00", "2026-12-07T00:00", "2026-12-21T00:00"]),
        ("0 0 30 2 SUN", ["2027-02-07T00:00", "2027-02-14T00:00", "2027-02-21T00:00"]),
    ])
    func `five fields mean what crontab says`(cron: String, expected: [String]) throws {
        let start = cron.hasPrefix("*/25") ? "2026-11-20T08:00:00Z" : "2026-11-20T08:30:00Z"
        #expect(try CronExpressionTests.slots(cron, after: start, count: 3) == expected)
    }

    @Test(arguments: [
        ("0 9 * *", "has 4 fields; five are needed"),
        ("0 0 9 * * *", "has 6 fields; seconds and years cannot be given"),
        ("@daily", "write '0 9 * * *'"),
        ("0 9 L * *", "L, the last day, cannot be given"),
        ("0 9 * * 5L", "L, the last day, cannot be given"),
        ("0 9 15W * *", "W, the nearest weekday, cannot be given"),
        ("0 9 LW * *", "W, the nearest weekday, cannot be given"),
        ("0 9 * * MON#1", "list the days 1-7"),
        ("0 9 ? * *", "write '*'"),
        ("60 9 * * *", "the minute '60' of the cron expression is out of range; 0 to 59"),
        ("0 24 * * *", "the hour '24' of the cron expression is out of range; 0 to 23"),
        ("0 9 0 * *", "the day of the month '0' of the cron expression is out of range"),
        ("0 9 * 13 *", "the month '13' of the cron expression is out of range"),
        ("0 9 * FOO *", "the month 'FOO' of the cron expression is not understood; 1 to 12 or JAN to DEC is"),
        ("0 9 * * 8", "the day of the week '8' of the cron expression is out of range"),
        ("0 22-2 * * *", "runs backwards; write '22-23,0-2'"),
        ("*/0 * * * *", "a step that is no number from 1 on"),
        ("*/90 * * * *", "so it means 0 alone"),
        ("5/15 * * * *", "write '5-59/15'"),
        ("1,,2 * * * *", "is not understood"),
        ("-1 * * * *", "is not understood"),
        ("1- * * * *", "is not understood"),
        ("/5 * * * *", "is not understood"),
        ("0 0 30 2 *", "never comes"),
        ("0 0 31 4,6,9,11 *", "never comes"),
        ("99999999999999999999 * * * *", "is not understood"),
    ])
    func `what is not meant is refused with what to write instead`(cron: String, part: String) {
        let error = #expect(throws: WorkflowError.self) { try CronExpression(cron) }
        #expect(error?.code == "invalid_cron")
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }

    @Test func `any text is read or refused`() {
        var random = SeededGenerator(seed: 11)
        let alphabet = Array("0123456789*/-,LW#? MONJAN@\u{e9}")
        for _ in 0..<4000 {
            let text = String(
                (0..<Int.random(in: 0...24, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? " " }
            )
            guard let cron = try? CronExpression(text) else { continue }
            _ = SlotRule(cron: cron, zone: .utc).next(after: Timestamp(milliseconds: 0))
        }
    }
}
