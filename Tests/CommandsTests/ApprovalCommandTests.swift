import Commands
import Gateway
import JSON
import Testing
import ToolRouter

@Suite struct ApprovalCommandTests {
    private func ask(_ program: ProgramRun, separate: Bool = false) async throws -> String {
        let application = try await Application.open(try program.configuration())
        let plan = ApprovalPlan([.init(tool: "reject_application", arguments: ["application_id": "5566"])])
        let request = ApprovalRequest(
            kind: .call,
            title: "Reject 1 application",
            plan: plan,
            requester: "tester",
            separateFromRequester: separate
        )
        let id = try await application.approvals.request(request).id
        await application.close()
        return id
    }

    @Test func `approvals are listed, shown, given and refused, each once`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        #expect(await program.run("approvals list").out == "Nothing waits for a decision.\n")
        #expect(await program.run("approvals list --state used").out == "There is none.\n")
        let (first, second) = (try await ask(program), try await ask(program))
        let list = await program.run("approvals list")
        #expect(list.status == .done && list.out.contains(first) && list.out.contains(second))
        let shown = await program.run("approvals show \(first)")
        #expect(shown.status == .done && shown.out.contains("reject_application") && shown.out.contains("5566"))
        let given = try JSONParser.parse(await program.run("approvals approve \(first) --yes --json").out)
        #expect(given["state"] == "approved" && given["decided_by_means"] == "command")
        let refused = await program.run("approvals reject \(second) --comment", "still open")
        #expect(refused == .init(status: .done, out: "\(second) is rejected.\n", err: ""))
        let rejected = try JSONParser.parse(await program.run("approvals list --state rejected --json").out)
        #expect(rejected["approvals"]?[0]?["comment"] == "still open" && rejected["approvals"]?.array?.count == 1)
        for id in [first, second] {
            let late = await program.run("approvals approve \(id) --yes")
            #expect(late.status == .failed && late.out.isEmpty && late.err.contains(id))
        }
    }

    @Test func `who cannot read the plan, or is the wrong person, is sent to one with status 3`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let id = try await ask(program, separate: true)
        let unread = await program.run("approvals approve \(id)")
        #expect(unread.status == .needsPerson && unread.err.contains("approvals show \(id)"))
        let own = await program.run("approvals approve \(id) --yes")
        #expect(own.status == .needsPerson && own.err.contains("somebody else must decide"))
        #expect(await program.run("approvals list").out.contains(id))
    }

    @Test(arguments: [
        ("approvals show", Commands.ExitStatus.wrongUsage, "ID"), ("approvals approve", .wrongUsage, "ID"),
        ("approvals approve ap_none --yes", .failed, "There is no approval ap_none"),
        ("approvals reject ap_none", .failed, "There is no approval ap_none"),
        ("approvals list --state open", .failed, "state must be one of pending"),
        ("approvals reject x --because", .wrongUsage, "--because"),
    ])
    func `a mistake is told on standard error, with what to do instead`(
        words: String,
        status: Commands.ExitStatus,
        part: String
    ) async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let output = await program.run(words)
        #expect(output.status == status && output.out.isEmpty)
        #expect(output.err.contains(part), "\(output.err)")
    }

    @Test func `a call that waits for a decision ends with status 3, and is made once after it`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let words = "tools call delete_a_pinpoint_comment_by_id id=1 --sandbox"
        let wrong = await program.run("tools call delete_a_pinpoint_comment_by_id comment=1 --sandbox")
        #expect(wrong.status == .failed, "what would be refused is not put before a person")
        #expect(await program.run("approvals list --sandbox").out == "Nothing waits for a decision.\n")
        let waits = await program.run(words)
        #expect(waits.status == .needsPerson && waits.err.contains("a person must approve"))
        let pending = try JSONParser.parse(await program.run("approvals list --sandbox --json").out)
        let id = try #require(pending["approvals"]?[0]?["id"]?.string)
        #expect(await program.run("approvals approve \(id) --yes --sandbox").status == .done)
        // There is no comment 1: the call was let through, and the other side refused it.
        let made = await program.run(words)
        #expect(made.status == .failed && !made.err.contains("approve"))
        #expect(await program.run(words).status == .needsPerson)
    }
}
