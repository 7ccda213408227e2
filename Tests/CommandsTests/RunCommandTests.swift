import ATSSandbox
import Commands
import Gateway
import Glibc
import JSON
import Testing

@Suite struct RunCommandTests {
    private static let comment = "Role filled internally."

    @Test func `a briefing runs to its end and says that no model wrote it`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let words = "run interview-briefing --sandbox"
        let text = await program.run(words, "candidateName=Sarah Jenkins", "jobTitle=Product Manager")
        #expect(text.status == .done)
        #expect(text.out.contains("# Interview briefing: Sarah Jenkins, Product Manager"))
        #expect(text.out.contains("application 5566") && text.out.contains("No model was asked"))
        let json = await program.run(words, "--json", "candidateName=Sarah Jenkins", "jobTitle=Product Manager")
        let run = try JSONParser.parse(json.out)
        #expect(run["state"] == "done" && run["result"]?["daysInPipeline"] == 39 && run["writes"] == 0)
        let failed = await program.run(words, "candidateName=Nobody Here", "jobTitle=Product Manager")
        #expect(failed.status == .failed && failed.out.contains("not_found"))
        let wrong = await program.run("run interview-brief --sandbox")
        #expect(wrong.status == .failed && wrong.err.contains("did you mean interview-briefing"))
        let incomplete = await program.run(words, "candidateName=Sarah Jenkins")
        #expect(incomplete.status == .failed && incomplete.err.contains("jobTitle"))
        #expect(await program.run(words, "Sarah").status == .wrongUsage)
    }

    @Test func `a preview lists every write with its ids and sends none`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let output = await program.run(
            "run bulk-disposition --sandbox --preview jobId=8899",
            "comment=" + RunCommandTests.comment
        )
        #expect(output.status == .done)
        #expect(output.out.hasPrefix("Preview: nothing was sent."))
        #expect(output.out.contains("Preview: 40 writes, none sent."))
        #expect(
            output.out.contains("40. create_a_pinpoint_comment") && output.out.contains("\"commentable_id\":\"5242\"")
        )
        #expect(await program.run("writes list --sandbox").out.contains("create_a_pinpoint_comment") == false)
    }

    @Test func `a run that waits for a person ends with status 3, and approving it goes on to the end`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let comment = "comment=" + RunCommandTests.comment
        let waiting = await program.run("run bulk-disposition --sandbox --json jobId=8899", comment)
        #expect(waiting.status == .needsPerson)
        let run = try JSONParser.parse(waiting.out)
        let id = try #require(run["id"]?.string)
        #expect(run["state"] == "waiting" && run["waiting"]?["for"] == "approval" && run["writes"] == 0)
        #expect(waiting.err.contains("switchboard approvals show"))
        #expect(await program.run("runs list --sandbox --state waiting").out.contains(id))
        let unread = await program.run("runs approve \(id) --sandbox")
        #expect(unread.status == .needsPerson && unread.err.contains("approvals show"), "nobody has read the plan")
        let approved = await program.run("runs approve \(id) --sandbox --yes")
        #expect(approved.status == .done)
        #expect(approved.out.contains("40 of 40 applications were commented on"))
        let again = await program.run("runs approve \(id) --sandbox --yes")
        #expect(again.status == .failed && again.err.contains("waits for no approval"))
        #expect(await program.run("runs cancel \(id) --sandbox").status == .failed)
    }

    @Test func `--yes approves, and what was found can be exported in three forms`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let done = await program.run(
            "run bulk-disposition --sandbox --yes --json jobId=8899",
            "comment=" + RunCommandTests.comment
        )
        #expect(done.status == .done)
        let run = try JSONParser.parse(done.out)
        let id = try #require(run["id"]?.string)
        #expect(run["result"]?["count"] == 40 && run["writes"] == 40)
        let table = await program.run("runs export \(id) --sandbox --format csv").out
        #expect(table.hasPrefix("application,candidate,stage,comment,outcome\r\n5242,Ravi Bergqvist,"))
        #expect(table.split(separator: "\r\n").count == 41)
        let markdown = await program.run("runs export \(id) --sandbox").out
        #expect(markdown.hasPrefix("# Closed out Junior Analyst (8899)\n") && markdown.contains("Sources: `{\"job\":"))
        let json = try JSONParser.parse(await program.run("runs export \(id) --sandbox --format json").out)
        #expect(json["rows"]?.array?.count == 40 && json["reports"]?.array?.count == 1)
        #expect(await program.run("runs export \(id) --sandbox --format xlsx").err.contains("markdown, csv and json"))
        let shown = await program.run("runs show \(id) --sandbox --steps")
        #expect(shown.status == .done && shown.out.contains("create_a_pinpoint_comment"))
    }

    @Test func `a workflow that a person starts sends its mail without another question`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let output = await program.run(
            "run weekly-pipeline-report --sandbox",
            #"recipients=["lead@larkfield.example"]"#
        )
        #expect(output.status == .done && output.out.contains("done, 1 writes"))
        #expect(output.out.contains("No model was asked for opening:"))
        #expect(await program.run("approvals list --sandbox").out.contains("send_email") == false)
    }

    @Test func `a run that is not done says how far its loops came, by the names of the file`() async throws {
        var program = ProgramRun()
        defer { program.remove() }
        try RunCommandTests.write(
            """
            { "workflow": "stops", "version": 1, "title": "Stops", "connections": { "ats": "pinpoint" },
              "input": { "type": "object", "properties": {} }, "limits": { "writes": 3 }, "steps": [
                { "id": "tries", "forEach": "= ['5566', '1', '2']", "as": "app", "key": "= $app", "maxItems": 3,
                  "stopAfterFailures": 1, "do": [
                    { "call": "create_a_pinpoint_comment", "on": "ats",
                      "with": { "commentable_type": "applications", "commentable_id": "= $app", "body_text": "a" } } ] } ] }
            """,
            as: "stops",
            &program
        )
        let output = await program.run("run stops --sandbox")
        #expect(output.status == .failed)
        #expect(output.out.contains("tries: 1 of 3 items done, 1 failed, 0 not known, 1 not ended."), "\(output.out)")
        #expect(output.out.contains("1 writes"), "what was refused was not written")
    }

    /// Gives a program a home folder of its own with one workflow.
    private static func write(_ text: String, as name: String, _ program: inout ProgramRun) throws {
        let home = program.folder + "/home"
        for folder in [home, home + "/workflows"] { mkdir(folder, 0o700) }
        _ = try program.write(text, to: "home/workflows/\(name).json")
        try #require(symlink(ProgramRun.home + "/toolkits", home + "/toolkits") == 0)
        program.home = home
    }

    @Test func `a file with an error is refused before its first step`() async throws {
        var program = ProgramRun()
        defer { program.remove() }
        let step = """
            { "call": "create_a_pinpoint_comment", "on": "ats",
              "with": { "commentable_type": "applications", "commentable_id": "5566", "body_text": "a" } }
            """
        try RunCommandTests.write(
            """
            { "workflow": "over", "version": 1, "title": "Over", "connections": { "ats": "pinpoint" },
              "input": { "type": "object", "properties": {} }, "limits": { "writes": 1 }, "steps": [\(step), \(step)] }
            """,
            as: "over",
            &program
        )
        let output = await program.run("run over --sandbox --yes")
        #expect(output.status == .failed && output.err.contains("every run makes 2 writes, and only 1 are allowed"))
        #expect(await program.run("runs list --sandbox").out.contains("over") == false)
    }

    @Test func `a rejected run writes nothing`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let comment = "comment=" + RunCommandTests.comment
        let waiting = await program.run("run bulk-disposition --sandbox --json jobId=8899", comment)
        let id = try #require(try JSONParser.parse(waiting.out)["id"]?.string)
        let rejected = await program.run("runs reject \(id) --sandbox --comment", "not yet")
        #expect(rejected.status == .failed && rejected.out.contains("rejected it: not yet"))
        #expect(rejected.out.contains("0 writes"))
    }

    @Test func `the workflow that asks for another person than the requester cannot be approved by them`() async throws
    {
        let program = ProgramRun()
        defer { program.remove() }
        let output = await program.run(
            "run bulk-disposition-ashby --sandbox --yes requisitionId=LRK-8899",
            "note=" + RunCommandTests.comment,
            "archiveReason=Role filled"
        )
        #expect(output.status == .needsPerson)
        // The control: notes alone are approved by whoever asked for them.
        let noted = await program.run(
            "run bulk-disposition-ashby --sandbox --yes requisitionId=LRK-8899",
            "note=" + RunCommandTests.comment
        )
        #expect(noted.status == .failed && noted.err.contains("has not ended"))
    }

    @Test func `the tests beside a file are run by command`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let passed = await program.run("workflows test interviewer-load-balance")
        #expect(passed.status == .done && passed.out.contains("1 passed, 0 failed"))
    }

    @Test(arguments: [
        ("/runs", ["runs", "list"]),
        ("/run a b=1 c='two words' d=\"x \\\" y\"", ["run", "a", "b=1", "c=two words", "d=x \" y"]),
        ("/approve run_1", ["runs", "approve", "run_1"]), ("/redrive  run_1 ", ["runs", "redrive", "run_1"]),
        ("/runs show run_1", ["runs", "show", "run_1"]), ("/Workflows", ["workflows", "list"]),
    ])
    func `a line in the chat behind a slash is a command`(line: String, words: [String]) {
        #expect(ChatCommands.words(of: line) == words)
        #expect(ChatCommands.words(of: "/fly") == nil)
        #expect(ChatCommands.words(of: "/") == nil)
    }
}
