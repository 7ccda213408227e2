import Basics
import Commands
import CurlTransport
import Gateway
import HTTP
import JSON
import Testing
import ToolRouter
import Tools

@Suite struct WriteCommandTests {
    /// A tool whose writes end as they are told to; nothing can be looked up.
    private struct Mailer: ToolProvider {
        var isLost = true
        let tools = [
            ToolSpecification(
                name: "send_a_letter",
                title: "Send Letter",
                description: "Sends a letter.",
                toolkit: "post",
                tags: [],
                effect: .send,
                inputSchema: ["type": "object"]
            )
        ]

        func call(_ call: ToolCall) async -> ToolResult {
            isLost
                ? .failure("timeout", "No answer.", details: ["outcome": "unknown"])
                : ToolResult(["id": "l1"], origin: .ats)
        }
    }

    private func write(_ application: Application, isLost: Bool, to name: String) async throws -> String {
        let mailer = Mailer(isLost: isLost)
        let call = ToolCall(tool: "send_a_letter", arguments: ["to": .string(name)], user: "tester", origin: .model)
        let result = await application.ledger.execute(call, tool: mailer.tools[0], provider: mailer)
        return try #require(result.write)
    }

    @Test func `unknown writes are listed, shown and settled once, each with an exit status that scripts can use`()
        async throws
    {
        let program = ProgramRun()
        defer { program.remove() }
        let empty = await program.run("writes list")
        #expect(empty.status == .done && empty.out == "Nothing of that kind was written.\n")
        let application = try await Application.open(try program.configuration())
        let sent = try await write(application, isLost: false, to: "Ben")
        let lost = try await write(application, isLost: true, to: "Sarah")
        let other = try await write(application, isLost: true, to: "Ravi")
        let server = try await application.serve(host: "127.0.0.1", port: 0)

        let table = await program.run("writes list --state unknown")
        #expect(table.status == .done && table.out.contains(lost) && table.out.contains(other))
        #expect(!table.out.contains(sent) && table.out.contains("REASON") && !table.out.contains("Sarah"))
        let list = try JSONParser.parse(await program.run("writes list --json --state unknown,done").out)
        #expect(Set(list["writes"]?.array?.compactMap { $0["id"]?.string } ?? []) == [sent, lost, other])
        #expect(list["next_cursor"] == .null && list["damaged"] == [])
        let shown = try JSONParser.parse(await program.run("writes show \(lost) --json").out)
        #expect(shown["arguments"]?["to"] == "Sarah" && shown["state"] == "unknown")

        let done = await program.run("writes settle \(lost) --done l9 --json")
        let settled = try JSONParser.parse(done.out)
        #expect(done.status == .done && settled["state"] == "done" && settled["remote_id"] == "l9")
        #expect(settled["evidence"] == "person:tester")
        let absent = await program.run("writes settle \(other) --not-done")
        #expect(absent == .init(status: .done, out: "\(other) is failed now.\n", err: ""))
        let twice = await program.run("writes settle \(lost) --not-done")
        #expect(twice.status == .failed && twice.out.isEmpty)
        #expect(twice.err == "switchboard: The write \(lost) is done; only an unknown one can be settled.\n")
        #expect(await program.run("writes list --state unknown").out == "Nothing of that kind was written.\n")

        let rows = try await program.run("audit export --action change").out.split(separator: "\n")
            .map { try JSONParser.parse(String($0)) }.filter { $0["tool"] == "settle writes" }
        #expect(rows.map { $0["object"]?.string } == [lost, other, lost])
        #expect(rows.map { $0["outcome"]?.string } == ["ok", "ok", "conflict"])

        func status(_ token: String?) async throws -> Int {
            var request = try HTTPRequest(url: server.address + "/v1/writes")
            if let token { request.fields["Authorization"] = "Bearer " + token }
            return try await application.drivers.transport.send(request, options: HTTPRequestOptions()).status
        }
        let made = try JSONParser.parse(await program.run("endpoints create --name agent --json").out)
        let endpoint = try #require(made["url"]?.string?.split(separator: "/").last.map(String.init))
        #expect(try await status(nil) == 401)
        #expect(try await status(endpoint) == 401, "an agent's own token reads no ledger")
        await server.stop(within: 0)
        await application.close()
    }

    @Test(arguments: [
        ("writes settle wr_1", Commands.ExitStatus.wrongUsage, "say either --done REMOTE_ID or --not-done"),
        ("writes settle wr_1 --done 5 --not-done", .wrongUsage, "say either --done REMOTE_ID or --not-done"),
        ("writes settle", .wrongUsage, "ID"), ("writes show", .wrongUsage, "ID"),
        ("writes show wr_none", .failed, "There is no write wr_none"),
        ("writes settle wr_none --not-done", .failed, "There is no write wr_none"),
        ("writes list --state lost", .failed, "There is no state lost; there are planned"),
        ("writes list --limit 0", .failed, "limit must be an integer from 1 to 1000"),
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

    private func fill(_ program: ProgramRun, _ count: Int) async throws -> [String] {
        let application = try await Application.open(try program.configuration())
        var made: [String] = []
        for number in 0..<count { made.append(try await write(application, isLost: true, to: "\(number)")) }
        await application.close()
        return made
    }

    @Test func `a list that is longer than its limit says how to go on`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let made = try await fill(program, 5)
        let first = await program.run("writes list --limit 3")
        #expect(first.status == .done, "\(first.err)")
        let next = try #require(first.out.split(separator: "\n").last?.split(separator: " ").last.map(String.init))
        #expect(first.out.contains("There are more: --cursor "))
        let rest = await program.run("writes list --limit 3 --cursor \(next)")
        #expect(rest.status == .done && !rest.out.contains("There are more"))
        for id in made { #expect(first.out.contains(id) != (rest.out.contains(id))) }
    }
}
