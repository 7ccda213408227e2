import Basics
import Commands
import EventLoops
import Gateway
import Glibc
import HTTP
import JSON
import TestSupport
import Testing
import WebServer

/// A person at a terminal who is asked before an agent destroys something.
@Suite(.serialized) struct ChatApprovalTests {
    private static let tool = "delete_a_pinpoint_comment_by_id"

    /// The program's chat with a model that plays a script.
    private func chat(
        _ program: ProgramRun,
        _ replies: [FakeModelServer.Reply],
        _ body: (TerminalProcess) async throws -> Void
    ) async throws -> FakeModelServer {
        let model = FakeModelServer(replies)
        let loops = try EventLoopGroup()
        let server = try await HTTPServer.start(model, on: .tcp(host: "127.0.0.1", port: 0), loops: loops)
        let process = try TerminalProcess(
            ["chat", "--sandbox", "--model", "openai-chat:fake@http://127.0.0.1:\(server.port)/v1"],
            environment: [
                "SWITCHBOARD_HOME": ProgramRun.home, "SWITCHBOARD_DATA": program.folder + "/data", "USER": "tester",
                "HOME": program.folder, "TERM": "dumb", "NO_COLOR": "1", "LANG": "C.UTF-8",
            ]
        )
        do {
            try await body(process)
        } catch {
            kill(process.id, SIGKILL)
            throw error
        }
        process.type("exit")
        #expect(await process.end() == 0)
        await server.shutDown(within: 0)
        await loops.stop()
        #expect(model.violations == [])
        return model
    }

    private static func destroy(_ call: String, _ ids: [String]) -> FakeModelServer.Reply {
        let calls = ids.map { #"{"tool":"\#(tool)","arguments":{"id":"\#($0)"}}"# }.joined(separator: ",")
        let arguments = #"{"calls":[\#(calls)]}"#
        return .stream(FakeModelServer.calls([.init(call, "execute_tools", arguments)]))
    }

    /// What the model was told of its last calls.
    private static func told(_ model: FakeModelServer, _ request: Int) throws -> JSONValue {
        let messages = try #require(model.requests[request]["messages"]?.array)
        let result = try #require(messages.last { $0["role"] == "tool" }?["content"]?.string)
        // What stands around a result says where it comes from.
        let start = try #require(result.firstIndex(of: "{"))
        let end = try #require(result.lastIndex(of: "}"))
        return try JSONParser.parse(String(result[start...end]))
    }

    private func comments(_ program: ProgramRun) async throws -> [String] {
        let list = await program.run("tools call list_all_pinpoint_comments limit=3 --sandbox --json")
        let answer = try JSONParser.parse(list.out)
        let items = answer["items"]?.array ?? answer["data"]?.array ?? answer["result"]?["items"]?.array ?? []
        return items.compactMap { $0["id"]?.string ?? $0["id"]?.integer.map { String($0) } }
    }

    @Test(.timeLimit(.minutes(2))) func `y makes the call, n refuses it, and neither leaves it waiting`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let ids = try await comments(program)
        try #require(ids.count == 3)
        let model = try await chat(
            program,
            [
                Self.destroy("c1", [ids[0]]), .stream(FakeModelServer.text(["It is gone."])),
                Self.destroy("c2", [ids[1]]), .stream(FakeModelServer.text(["I left it."])),
                Self.destroy("c3", [ids[2]]), .stream(FakeModelServer.text(["It waits."])),
            ]
        ) { process in
            for (number, (answer, words)) in [("y", "It is gone."), ("n", "I left it."), ("", "It waits.")].enumerated()
            {
                #expect(await process.shows("you ›"))
                process.type("delete the comment")
                #expect(await process.shows("asks for your approval of exactly this:"), "\(process.text)")
                #expect(await process.shows(Self.tool))
                #expect(await process.shows(ids[number]))
                #expect(await process.shows("Approve? [y/n]"))
                process.type(answer)
                #expect(await process.shows(words), "\(process.text)")
            }
            #expect(await process.shows("you ›"))
        }
        let approved = try Self.told(model, 1)
        #expect(approved["succeeded"] == 1 && approved["results"]?[0]?["ok"] == true)
        let refused = try Self.told(model, 3)["results"]?[0]?["error"]
        #expect(refused?["error"] == "approval_rejected")
        let open = try Self.told(model, 5)["results"]?[0]?["error"]
        #expect(open?["error"] == "approval_required")
        let waiting = await program.run("approvals list --sandbox")
        #expect(waiting.out.contains(open?["approval_id"]?.string ?? "?") && waiting.status == .done)
    }

    @Test(.timeLimit(.minutes(2))) func `secrets of a running program cannot end in a core dump`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        _ = try await chat(program, []) { process in
            #expect(await process.shows("you ›"))
            let limits = String(decoding: try TextFile.read("/proc/\(process.id)/limits"), as: UTF8.self)
            let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
            #expect(line.split(separator: " ").suffix(3) == ["0", "0", "bytes"])
        }
        // The control: where the program does not say so, dumps are as the machine has them.
        var own = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &own)
        #expect(own.rlim_max > 0, "this machine forbids dumps altogether, so the test shows nothing")
    }
}
