import Commands
import Gateway
import JSON
import Testing

@Suite struct ScheduleCommandTests {
    @Test func `a schedule is added from five fields or from the file, looked at, paused, resumed and removed`()
        async throws
    {
        let program = ProgramRun()
        defer { program.remove() }
        let added = await program.run(all: [
            "schedules", "add", "confidential-search-audit", "--cron", "30 2 * * SUN", "--timezone", "America/New_York",
            "--json",
        ])
        #expect(added.status == .done, "\(added.err)")
        let schedule = try #require(try JSONParser.parse(added.out)["schedules"]?.array?.first)
        let id = try #require(schedule["id"]?.string)
        #expect(schedule["catch_up"] == "latest")
        let next = try JSONParser.parse(await program.run("schedules next \(id) --count 60 --json").out)
        let times = next["next"]?.array?.compactMap { $0["local"]?.string } ?? []
        #expect(times.count == 60)
        // Each year has one Sunday on which 02:30 is left out.
        #expect(times.contains { $0.hasSuffix("T03:00:00-04:00") })
        #expect(times.allSatisfy { $0.contains("T02:30:00-0") || $0.hasSuffix("T03:00:00-04:00") })
        #expect(await program.run("schedules pause \(id)").out.contains("paused"))
        #expect(await program.run("schedules list").out.contains("paused"))
        #expect(await program.run("schedules resume \(id)").out.contains("next at"))
        #expect(await program.run("schedules remove \(id)").status == .done)
        #expect(await program.run("schedules remove \(id)").err.contains("there is no schedule"))
        let suggested = await program.run("schedules add confidential-search-audit")
        #expect(suggested.status == .done, "\(suggested.err)")
    }

    @Test func `a schedule with a first and a last day starts nothing outside of them`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let words = [
            "schedules", "add", "confidential-search-audit", "--cron", "0 9 * * *", "--timezone", "Asia/Tokyo",
        ]
        let added = await program.run(all: words + ["--start", "2099-12-30", "--end", "2099-12-31", "--json"])
        #expect(added.status == .done, "\(added.err)")
        let schedule = try #require(try JSONParser.parse(added.out)["schedules"]?.array?.first)
        #expect(schedule["start"] == "2099-12-30T00:00:00+09:00" && schedule["end"] == "2099-12-31T23:59:59+09:00")
        let id = try #require(schedule["id"]?.string)
        let next = try JSONParser.parse(await program.run("schedules next \(id) --json").out)
        #expect(
            next["next"]?.array?.compactMap { $0["local"]?.string } == [
                "2099-12-30T09:00:00+09:00", "2099-12-31T09:00:00+09:00",
            ]
        )
        let list = await program.run("schedules list").out
        #expect(list.contains("UNTIL") && list.contains("2099-12-31T23:59:59+09:00"))
        let over = await program.run(all: words + ["--end", "2020-01-01"])
        #expect(over.status == .failed && over.err.contains("no time to come before its end"))
    }

    @Test(arguments: [
        (["--cron", "0 9 * * *", "--timezone", "UTC", "--end", "tomorrow"], "write 2027-01-31"),
        (["--cron", "0 9 L * *", "--timezone", "Europe/London"], "L, the last day, cannot be given"),
        (["--cron", "0 9 * * *", "--timezone", "London"], "did you mean Europe/London?"),
        (["--cron", "0 9 * * *"], "timezone is needed with cron"),
        (["--cron", "0 9 * * *", "--timezone", "UTC", "--overlap", "never"], "skip, queue, cancel-old"),
        (["--cron", "0 9 * * *", "--timezone", "UTC", "--jitter", "5"], "PT5M"),
        (["--cron", "0 9 * * *", "--timezone", "UTC", "nothing=1"], "nothing"),
    ])
    func `what cannot be scheduled is refused with what to write instead`(words: [String], part: String) async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let answer = await program.run(all: ["schedules", "add", "confidential-search-audit"] + words)
        #expect(answer.status != .done)
        #expect(answer.err.contains(part), "\(answer.err)")
    }
}
