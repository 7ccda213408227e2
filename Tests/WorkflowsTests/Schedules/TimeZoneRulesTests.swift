import Basics
import TestSupport
import Testing
import Workflows

@Suite struct TimeZoneRulesTests {
    static let folder = TimeZoneFolder()

    static func instants(_ cron: String, _ zone: String, after start: String, count: Int) throws -> [String] {
        let rule = SlotRule(cron: try CronExpression(cron), zone: try folder.rules(named: zone))
        var position = try #require(Timestamp(iso8601: start))
        return try (0..<count).map { _ in
            position = try #require(rule.next(after: position))
            return String(position.iso8601.prefix(16))
        }
    }

    @Test func `a time that the clocks leave out comes once, at the first minute after the gap`() throws {
        #expect(
            try Self.instants("30 2 * * *", "America/New_York", after: "2027-03-13T12:00:00Z", count: 2)
                == ["2027-03-14T07:00", "2027-03-15T06:30"]
        )
        // All of the hour that is left out comes to one slot, which is that of 03:00.
        #expect(
            try Self.instants("*/20 * * * *", "America/New_York", after: "2027-03-14T06:30:00Z", count: 3)
                == ["2027-03-14T06:40", "2027-03-14T07:00", "2027-03-14T07:20"]
        )
    }

    @Test func `a time that the clocks show twice comes once, the first time`() throws {
        #expect(
            try Self.instants("30 1 * * *", "America/New_York", after: "2026-10-31T12:00:00Z", count: 2)
                == ["2026-11-01T05:30", "2026-11-02T06:30"]
        )
        #expect(
            try Self.instants("*/30 * * * *", "America/New_York", after: "2026-11-01T05:15:00Z", count: 2)
                == ["2026-11-01T05:30", "2026-11-01T07:00"]
        )
    }

    @Test func `a day that a place leaves out comes at its midnight`() throws {
        #expect(
            try Self.instants("0 9 * * *", "Pacific/Apia", after: "2011-12-28T20:00:00Z", count: 3)
                == ["2011-12-29T19:00", "2011-12-30T10:00", "2011-12-30T19:00"]
        )
    }

    @Test func `half an hour of daylight saving is half an hour`() throws {
        #expect(
            try Self.instants("15 2 * * *", "Australia/Lord_Howe", after: "2026-10-02T20:00:00Z", count: 2)
                == ["2026-10-03T15:30", "2026-10-04T15:15"]
        )
    }

    @Test func `the rule of the last line holds long after the last recorded change`() throws {
        #expect(
            try Self.instants("0 12 1 1,7 *", "Europe/Berlin", after: "2400-06-01T00:00:00Z", count: 2)
                == ["2400-07-01T10:00", "2401-01-01T11:00"]
        )
    }

    @Test func `a name that is none gets the nearest ones, and no file outside the folder is read`() {
        func message(_ name: String) -> String {
            do {
                _ = try Self.folder.rules(named: name)
                return ""
            } catch { return error.code + ": " + error.message }
        }
        #expect(message("Berlin") == "unknown_timezone: there is no time zone 'Berlin'; did you mean Europe/Berlin?")
        #expect(message("Europe/Berln").contains("Europe/Berlin"))
        for name in ["../../../etc/passwd", "/etc/passwd", "", "Europe", "Europe//Berlin", "zone.tab", "tzdata.zi"] {
            #expect(
                message(name).hasPrefix(name.contains(".") && !name.contains("/") ? "" : "unknown_timezone"),
                "\(name)"
            )
            #expect(!message(name).isEmpty)
        }
    }

    @Test func `every file of the machine is read`() throws {
        let names = Self.folder.names()
        #expect(names.count > 300)
        for name in names { #expect(throws: Never.self, "\(name)") { try Self.folder.rules(named: name) } }
    }

    @Test(arguments: ["America/New_York", "Africa/Casablanca", "Europe/Dublin"])
    func `a file that is damaged is refused or read, and never ends the program`(zone: String) throws {
        let whole = try TextFile.read(Self.folder.path + "/" + zone)
        for end in 0..<whole.count {
            #expect(throws: WorkflowError.self) { try TimeZoneRules(tzif: Array(whole[..<end])) }
        }
        var random = SeededGenerator(seed: 5)
        let cron = try CronExpression("17 2 * * *")
        for _ in 0..<1500 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let rules = try? TimeZoneRules(tzif: bytes) else { continue }
            var position = Timestamp(milliseconds: 1_700_000_000_000)
            for _ in 0..<3 {
                guard let next = SlotRule(cron: cron, zone: rules).next(after: position) else { break }
                #expect(next > position)
                position = next
            }
        }
    }

    @Test(arguments: [
        ("EST5EDT,M3.2.0,M11.1.0", -5, -4), ("<+0330>-3:30", 3, 3), ("XXX3EDT4,0/0,J365/23", -4, -4),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", 0, 1), ("EET-2EEST,M3.4.4/50,M10.4.4/50", 2, 3),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", -2, -1),
    ])
    func `rules of POSIX are understood`(rule: String, january: Int, july: Int) throws {
        let rules = try TimeZoneRules(tzif: TimeZoneRulesTests.file(rule: rule))
        #expect(rules.offset(at: 1_800_000_000) / 3600 == january)
        #expect(rules.offset(at: 1_815_000_000) / 3600 == july)
    }

    @Test(arguments: [
        "E5", "EST", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0", "EST25", "EST5EDT,J0,J3", "EST5x",
    ])
    func `what is no rule of POSIX is refused`(rule: String) {
        #expect(throws: WorkflowError.self) { try TimeZoneRules(tzif: TimeZoneRulesTests.file(rule: rule)) }
    }

    /// A file without a recorded change.
    static func file(rule: String) -> [UInt8] {
        let header: [UInt8] = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
        let counts: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]
        let block: [UInt8] = [0, 0, 0, 0, 0, 0, 0]
        return header + counts + block + header + counts + block + Array("\n\(rule)\n".utf8)
    }
}
