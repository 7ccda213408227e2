import Basics
import JSON
import TestSupport
import Testing
import Workflows

/// Kills a run at every commit of its journal, both when the commit was lost and when only its answer was.
struct EngineCrashTests {
    private static let steps = """
        [{"id": "apps", "call": "list_applications", "on": "ats", "all": {"max": 1000}},
         {"id": "ok", "approve": {"title": "Sure?", "plan": "= $apps.{'application': id}", "from": ["role:lead"],
            "expires": "P2D", "onExpire": "cancel"}},
         {"if": "= $count($apps) > 3", "set": true, "id": "many"},
         {"id": "done", "forEach": "= $apps", "as": "app", "key": "= $app.id", "concurrency": 2, "maxItems": 100,
          "do": [
            {"id": "fresh", "call": "get_application", "on": "ats", "with": {"id": "= $app.id"}},
            {"id": "notes", "forEach": "= ['x/1', 'y~2']", "as": "kind", "key": "= $kind", "concurrency": 1, "maxItems": 9,
             "do": [{"id": "said", "call": "comment", "on": "ats", "with": {"id": "= $app.id & $kind"}},
                    {"return": "= $said.id"}]},
            {"return": "= [$notes.succeeded.output]"}]},
         {"id": "two", "parallel": {"a": [{"call": "comment", "on": "ats", "with": {"id": "left"}}, {"return": 1}],
                                    "b": [{"call": "comment", "on": "ats", "with": {"id": "right"}}, {"return": 2}]}},
         {"id": "text", "ask": {"prompt": "Say it.", "data": "= $apps.id", "tools": [], "output": {"format": "text"}}},
         {"report": {"title": "Closed", "body": "{{ $count($done.succeeded) }} {{ $text.text }}"}},
         {"return": {"keys": "= [$done.succeeded.key]", "many": "= $many", "two": "= $two"}}]
        """

    private static let result: JSONValue = [
        "keys": ["a0", "a1", "a2", "a3", "a4"], "many": true, "two": ["a": 1, "b": 2],
    ]

    private static func bench() async throws -> EngineBench {
        let bench = try await EngineBench(steps, system: FakeSystem(applications: 5), answers: ["done"])
        bench.approvals.decide("ap0", .approved(by: "grace", at: bench.clock.now(), comment: nil))
        return bench
    }

    @Test(arguments: [true, false])
    func `a run killed at any commit ends as if nothing had happened`(losesLast: Bool) async throws {
        var points = 0
        for commits in 0..<500 {
            let bench = try await Self.bench()
            let mortal = bench.engine(journal: bench.mortal(commits: commits, losesLast: losesLast))
            // The very first commit makes the run; when that dies nobody was promised a run.
            guard let id = try? await mortal.start(bench.request()).id else { continue }
            let settled = try? await mortal.settled(id)
            await mortal.abandon()
            let engine = bench.engine()
            try await engine.recover()
            let run = try await engine.settled(id)
            #expect(run.state == .done, "killed after \(commits) commits")
            #expect(run.result == Self.result)
            #expect(bench.system.comments.count == 12)
            #expect(bench.models.questions.withLock { $0.count } <= 2)
            #expect(bench.approvals.asked.withLock { $0.count } == 1)
            #expect(try await bench.journal.reports(of: id).map(\.body) == ["5 done"])
            points += 1
            if settled?.state.isEnded == true { break }
        }
        #expect(points > 40)
    }

    @Test func `a run killed again and again still ends`() async throws {
        let bench = try await Self.bench()
        var id: String?
        var lives = 0
        var generator = SeededGenerator(seed: 7)
        while lives < 200 {
            lives += 1
            let commits = Int.random(in: 1...6, using: &generator)
            let engine = bench.engine(
                journal: bench.mortal(commits: commits, losesLast: Bool.random(using: &generator))
            )
            if let id {
                try? await engine.recover()
                _ = try? await engine.settled(id)
                if try await bench.journal.run(id)?.state.isEnded == true { break }
            } else {
                id = try? await engine.start(bench.request()).id
                if let id { _ = try? await engine.settled(id) }
            }
            await engine.abandon()
        }
        let run = try await bench.journal.run(try #require(id))
        #expect(run?.result == Self.result)
        #expect(bench.system.comments.count == 12)
        #expect(lives > 10)
    }
}
