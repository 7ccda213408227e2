import Basics
import Glibc
import Testing
import Workflows

/// Five years, forty zones, as the documentation says and as another implementation computes it.
@Suite struct ScheduleClockTests {
    static let zones = [
        "Africa/Cairo", "Africa/Casablanca", "Africa/Johannesburg", "America/Argentina/Buenos_Aires",
        "America/Asuncion",
        "America/Bogota", "America/Chicago", "America/Denver", "America/Halifax", "America/Havana",
        "America/Los_Angeles",
        "America/Mexico_City", "America/New_York", "America/Nuuk", "America/Phoenix", "America/Santiago",
        "America/Sao_Paulo",
        "America/St_Johns", "America/Toronto", "Antarctica/Troll", "Asia/Beirut", "Asia/Dubai", "Asia/Gaza",
        "Asia/Jerusalem",
        "Asia/Kathmandu", "Asia/Kolkata", "Asia/Shanghai", "Asia/Tehran", "Asia/Tokyo", "Atlantic/Azores",
        "Australia/Adelaide", "Australia/Lord_Howe", "Australia/Sydney", "Europe/Berlin", "Europe/Chisinau",
        "Europe/Dublin",
        "Europe/London", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Easter",
    ]
    static let crons = ["30 2,22 * * *", "0,30 0-3 * * *", "15 1 * * 0", "0 9 * * 1-5", "0 0 1 * *"]
    static let from: Int64 = 1_767_225_600
    static let years: Int64 = 5 * 365 + 1

    static var hasPython: Bool {
        system("python3 -c 'import zoneinfo; zoneinfo.ZoneInfo(\"Asia/Gaza\")' 2>/dev/null") == 0
    }

    private static func python(_ script: String) -> [Substring] {
        let folder = "/tmp/zones-\(getpid())-\(UInt64.random(in: 0 ... .max)).py"
        defer { unlink(folder) }
        guard (try? TextFile.write(Array(script.utf8), to: folder)) != nil, let pipe = popen("python3 \(folder)", "r")
        else {
            return []
        }
        defer { pclose(pipe) }
        var bytes: [UInt8] = []
        while case let byte = getc(pipe), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { Substring($0) }
    }

    private static func step(_ sum: UInt64, _ value: Int64) -> UInt64 {
        (sum &* 1_000_003 &+ UInt64(bitPattern: value)) & 0xFFFF_FFFF_FFFF
    }

    @Test(.enabled(if: hasPython)) func `every slot of five years in forty zones is where Python's zone files put it`()
        throws
    {
        let script = """
            import datetime as d, zoneinfo
            UTC, START, DAYS = d.timezone.utc, d.datetime(2026, 1, 1), \(Self.years)
            crons = [
                (lambda t: True, [(2, 30), (22, 30)]),
                (lambda t: True, [(h, m) for h in range(4) for m in (0, 30)]),
                (lambda t: t.isoweekday() == 7, [(1, 15)]),
                (lambda t: t.isoweekday() < 6, [(9, 0)]),
                (lambda t: t.day == 1, [(0, 0)]),
            ]
            def instant(naive, zone):
                first = int(naive.replace(tzinfo=zone).timestamp())
                if d.datetime.fromtimestamp(first, zone).replace(tzinfo=None) == naive: return first
                low, high = int(naive.replace(tzinfo=zone, fold=1).timestamp()), first
                offset = lambda s: d.datetime.fromtimestamp(s, zone).utcoffset()
                while high - low > 1:
                    middle = (low + high) // 2
                    if offset(middle) == offset(low): low = middle
                    else: high = middle
                return high
            for name in [\(Self.zones.map { "'\($0)'" }.joined(separator: ","))]:
                zone = zoneinfo.ZoneInfo(name)
                for day, times in crons:
                    slots = set()
                    for n in range(-2, DAYS + 2):
                        date = START + d.timedelta(days=n)
                        if day(date):
                            for h, m in times: slots.add(instant(date.replace(hour=h, minute=m), zone))
                    total, count = 0, 0
                    for s in sorted(slots):
                        if \(Self.from) < s <= \(Self.from) + DAYS * 86400:
                            total, count = (total * 1000003 + s) & 0xFFFFFFFFFFFF, count + 1
                    print(count, total)
            """
        let expected = Self.python(script)
        var found: [Substring] = []
        for zone in Self.zones {
            let rules = try TimeZoneFolder().rules(named: zone)
            for cron in Self.crons {
                let rule = SlotRule(cron: try CronExpression(cron), zone: rules)
                var (count, sum) = (0, UInt64(0))
                var position = Timestamp(milliseconds: Self.from * 1000)
                let end = Timestamp(milliseconds: (Self.from + Self.years * 86_400) * 1000)
                while let next = rule.next(after: position), next <= end {
                    (count, sum, position) = (count + 1, Self.step(sum, next.milliseconds / 1000), next)
                }
                found.append("\(count) \(sum)")
            }
        }
        #expect(found.count == 200)
        #expect(found == expected)
    }

    /// What a program that sleeps, stops and starts again does; what is kept is unique by slot.
    private struct Life {
        let clock: ScheduleClock
        var cursor: Timestamp
        var started: [Timestamp: Int] = [:]
        var missed = 0
        var isUnique = true

        mutating func look(at now: Timestamp) -> Timestamp? {
            let plan = clock.plan(cursor: cursor, now: now)
            for slot in plan.due where !isUnique || started[slot] == nil { started[slot, default: 0] += 1 }
            missed += plan.missed
            cursor = plan.cursor
            return plan.wake
        }
    }

    private static func slots(_ rule: SlotRule, _ start: Timestamp, _ end: Timestamp) -> [Timestamp] {
        rule.slots(after: start, through: end, last: 1 << 20).slots
    }

    @Test(arguments: zones) func `in five years of one zone nothing is missed and nothing comes twice`(zone: String)
        throws
    {
        let rule = SlotRule(cron: try CronExpression("30 1,2,3 * * *"), zone: try TimeZoneFolder().rules(named: zone))
        let start = Timestamp(milliseconds: Self.from * 1000)
        let end = Timestamp(milliseconds: (Self.from + Self.years * 86_400) * 1000)
        var life = Life(clock: ScheduleClock(rule: rule, catchUp: .none, delay: 25_000), cursor: start)
        var now = start
        var worst: Int64 = 0
        while let wake = life.look(at: now), wake < end.adding(seconds: 3600) {
            #expect(wake > now)
            now = wake.adding(seconds: Double(wake.milliseconds / 60_000 % 2))
            worst = max(worst, now.milliseconds - wake.milliseconds)
        }
        _ = life.look(at: end.adding(seconds: 60))
        // What starts 25 seconds late begins with the slots of the 25 seconds before.
        let due = Self.slots(rule, start.adding(seconds: -25), end)
        #expect(life.started.keys.filter { $0 <= end }.sorted() == due)
        #expect(life.missed == 0)
        #expect(worst <= 1000)
        // Each day has its three times, fewer only where the clocks bring two of them to one instant.
        #expect(due.count <= Int(Self.years) * 3 + 1 && due.count >= Int(Self.years) * 3 - 2 * 12 * 5)
    }

    @Test(arguments: [3600.0, 86_400, -3600, -86_400], [WorkflowSchedule.CatchUp.none, .latest, .all])
    func `a clock that is set wrong, and right again, doubles nothing and loses nothing`(
        jump: Double,
        catchUp: WorkflowSchedule.CatchUp
    ) throws {
        let rule = SlotRule(cron: try CronExpression("*/30 * * * *"), zone: .utc)
        let start = Timestamp(milliseconds: Self.from * 1000)
        var life = Life(clock: ScheduleClock(rule: rule, catchUp: catchUp), cursor: start)
        // True time goes on by ten seconds; from 6 h to 6 h 10 min the clock shows something else.
        for second in stride(from: 0.0, through: 3 * 86_400, by: 10) {
            let isWrong = second >= 21_600 && second < 22_200
            _ = life.look(at: start.adding(seconds: second + (isWrong ? jump : 0)))
        }
        let due = Self.slots(rule, start, start.adding(seconds: 3 * 86_400))
        let lost = due.filter { life.started[$0] == nil }
        // The slot of 06:00 came while the clock was wrong: set right, it is ten minutes late, which `none` drops, as
        // `latest` does when the clock showed a later slot as well.
        #expect(
            lost.isEmpty
                || lost == [start.adding(seconds: 21_600)] && (catchUp == .none || catchUp == .latest && jump > 0)
        )
        #expect(life.started.values.allSatisfy { $0 == 1 })
    }

    @Test func `without unique slots a clock that is set back would double`() throws {
        let rule = SlotRule(cron: try CronExpression("*/30 * * * *"), zone: .utc)
        let start = Timestamp(milliseconds: Self.from * 1000)
        var life = Life(clock: ScheduleClock(rule: rule, catchUp: .all), cursor: start)
        life.isUnique = false
        for second in [7200.0, 3600, 7200] { _ = life.look(at: start.adding(seconds: second)) }
        #expect(life.started.values.max() == 2)
    }

    @Test func `after an absence comes what the catch-up rule says`() throws {
        let rule = SlotRule(cron: try CronExpression("0 * * * *"), zone: .utc)
        let start = Timestamp(milliseconds: Self.from * 1000)
        let now = start.adding(seconds: 100 * 3600 + 120)
        func plan(_ catchUp: WorkflowSchedule.CatchUp, _ now: Timestamp) -> (Int, Int, Timestamp?) {
            let plan = ScheduleClock(rule: rule, catchUp: catchUp).plan(cursor: start, now: now)
            return (plan.due.count, plan.missed, plan.due.first)
        }
        #expect(plan(.none, now) == (0, 100, nil))
        #expect(plan(.none, now.adding(seconds: -60)) == (1, 99, start.adding(seconds: 360_000)))
        #expect(plan(.latest, now) == (1, 99, start.adding(seconds: 360_000)))
        #expect(plan(.all, now) == (50, 50, start.adding(seconds: 51 * 3600)))
    }

    @Test func `the share of the jitter is fixed by the id and spreads`() {
        let delays = (0..<500).map { SlotRule.delay(of: "schedule-\($0)", jitter: 600) }
        #expect(delays == (0..<500).map { SlotRule.delay(of: "schedule-\($0)", jitter: 600) })
        #expect(delays.allSatisfy { $0 >= 0 && $0 <= 600_000 })
        for quarter in 0..<4 {
            #expect(delays.filter { Int($0) / 150_001 == quarter }.count > 90)
        }
        #expect(SlotRule.delay(of: "schedule-1", jitter: 0) == 0)
    }

    @Test func `nothing comes before the first day or after the last, on the clocks of the place`() throws {
        let zone = try TimeZoneFolder().rules(named: "America/New_York")
        let bounds = try ScheduleBounds(start: "2027-03-13", end: "2027-03-15", in: zone)
        #expect(
            bounds.start?.iso8601 == "2027-03-13T05:00:00.000Z" && bounds.end?.iso8601 == "2027-03-16T03:59:59.000Z"
        )
        var rule = SlotRule(cron: try CronExpression("30 2 * * *"), zone: zone, start: bounds.start, end: bounds.end)
        let early = try #require(Timestamp(iso8601: "2027-01-01"))
        let slots = Self.slots(rule, early, early.adding(seconds: 365 * 86_400)).map(\.iso8601)
        #expect(slots == ["2027-03-13T07:30:00.000Z", "2027-03-14T07:00:00.000Z", "2027-03-15T06:30:00.000Z"])
        let late = try #require(Timestamp(iso8601: "2027-04-01"))
        let plan = ScheduleClock(rule: rule, catchUp: .latest).plan(cursor: early, now: late)
        #expect(plan.due.map(\.iso8601) == ["2027-03-15T06:30:00.000Z"] && plan.missed == 2 && plan.wake == nil)
        // Both ends count; the control is a rule without them.
        (rule.start, rule.end) = (plan.due[0], plan.due[0])
        #expect(rule.next(after: early) == plan.due[0] && rule.next(after: plan.due[0]) == nil)
        (rule.start, rule.end) = (nil, nil)
        #expect(rule.next(after: late) != nil)
    }

    @Test(
        arguments: [
            ("2027-02-30", nil, "the start '2027-02-30' is no day"), (nil, "soon", "the end 'soon' is no day"),
            ("2027-01-01T09:00", nil, "write 2027-01-31"), ("2027-02-01", "2027-01-31", "comes before the start"),
        ] as [(String?, String?, String)]
    )
    func `bounds that mean nothing are refused`(start: String?, end: String?, part: String) {
        do throws(WorkflowError) {
            _ = try ScheduleBounds(start: start, end: end, in: .utc)
            Issue.record("they were read")
        } catch {
            #expect(error.code == "invalid_schedule" && error.message.contains(part), "\(error.message)")
        }
    }
}
