import ATSSandbox
import Basics
import Connections
import HTTP
import JSON
import Testing
import Toolkits
import Tools

/// What the toolkits' lookups find in simulators that were written from the vendors' documentation.
@Suite struct RecoveryTests {
    private struct Systems: HTTPHandler {
        let sandbox: Sandbox
        func respond(to request: HTTPRequest) async -> HTTPResponse {
            await request.authority == "api.ashbyhq.com"
                ? sandbox.ashby.respond(to: request) : sandbox.pinpoint.respond(to: request)
        }
    }

    private struct Keys: ConnectionSource {
        func connection(user: String, toolkit: String, id: String?) async throws(ConnectionError)
            -> AuthorizedConnection
        {
            AuthorizedConnection(
                id: "conn_\(toolkit)",
                toolkit: toolkit,
                fields: ["subdomain": "sandbox"],
                secrets: ["api_key": Secret(toolkit == "ashby" ? SandboxKeys.ashby : SandboxKeys.pinpoint)]
            )
        }
        func refused(connection id: String, status: Int) async {}
    }

    private let clock = ManualClock(SandboxWorld.defaultNow)
    private let sandbox: Sandbox
    private let provider: ToolkitProvider

    init() {
        sandbox = Sandbox(clock: clock, candidates: 8)
        provider = ToolkitProvider(
            toolkits: Fixture.toolkits.toolkits,
            connections: Keys(),
            transport: InMemoryTransport(Systems(sandbox: sandbox)),
            clock: clock,
            log: .none
        )
    }

    private static let mark = "(ref 7f3a9c2e10)"

    private func call(_ tool: String, _ arguments: JSONObject) -> ToolCall {
        var call = ToolCall(tool: tool, arguments: arguments, user: "ada", origin: .model)
        call.permit = WritePermit(write: nil)
        return call
    }

    private func rules(_ call: ToolCall) async throws -> WriteRules {
        guard case .ready(let rules) = await provider.prepare(call) else {
            throw CancellationError()
        }
        return rules
    }

    private func found(_ finding: WriteFinding) -> [String]? {
        if case .found(let records) = finding { return records.map(\.id) }
        return finding == .absent ? [] : nil
    }

    @Test(
        arguments: [
            (
                "create_a_pinpoint_comment",
                ["commentable_id": "5566", "commentable_type": "applications", "body_text": "Hi"]
            ),
            ("create_a_pinpoint_department", ["name": "Ferry Planning"]),
            ("create_a_pinpoint_division", ["name": "Ferry Planning"]),
            ("create_a_pinpoint_location", ["name": "Far Harbour", "country_code": "GB"]),
            (
                "create_a_pinpoint_user",
                [
                    "first_name": "Ottoline", "last_name": "Marsh", "email": "O.Marsh@larkfield.example",
                    "user_type": "employee",
                ]
            ),
            ("create_a_ashby_candidate", ["name": "Ottoline Marsh", "email": "Ottoline@mail.example"]),
            ("create_a_ashby_department", ["name": "Ferry Planning"]),
            ("create_a_ashby_project", ["title": "Ferry people"]),
        ] as [(String, JSONObject)]
    )
    func `what was created is found, and only from its own time on`(tool: String, arguments: JSONObject) async throws {
        let write = call(tool, arguments)
        let rules = try await rules(write)
        #expect(rules.canBeFound)
        let mark = rules.takesMark ? RecoveryTests.mark : nil
        let sent = SentWrite(call: write, mark: mark, since: clock.now().adding(seconds: -120))
        #expect(await provider.find(sent) == .absent)
        clock.advance(seconds: 5)
        let result = await provider.call(mark.map { provider.marked(write, with: $0) } ?? write)
        #expect(!result.isError, "\(result.displayText)")
        let id = try JSONParser.parse(result.payload)["id"]?.string
        #expect(found(await provider.find(sent)) == id.map { [$0] })
        if mark == nil {
            let later = SentWrite(call: write, mark: nil, since: clock.now().adding(seconds: 60))
            #expect(await provider.find(later) == .absent, "it was there before")
        } else {
            let other = SentWrite(call: write, mark: "(ref 0000000000)", since: sent.since)
            #expect(await provider.find(other) == .absent, "it has another mark")
        }
    }

    @Test func `a note is found by its mark, as plain text and as HTML`() async throws {
        let candidates = await provider.call(call("list_all_ashby_candidates", ["limit": 1]))
        let id = try #require(try JSONParser.parse(candidates.payload)["items"]?[0]?["id"]?.string)
        for note: JSONValue in ["Plain", ["type": "text/html", "value": "<p>HTML</p>"]] {
            let mark = "(ref \(note.string == nil ? "aaaaaaaaaa" : "bbbbbbbbbb"))"
            let write = call("create_a_ashby_candidate_note", ["candidate_id": .string(id), "note": note])
            let result = await provider.call(provider.marked(write, with: mark))
            #expect(!result.isError, "\(result.displayText)")
            let finding = await provider.find(SentWrite(call: write, mark: mark, since: clock.now()))
            #expect(found(finding)?.count == 1)
        }
    }

    @Test func `what was removed is absent, and a record with a date of its own cannot be looked up`() async throws {
        let made = await provider.call(call("create_a_pinpoint_department", ["name": "Short-lived"]))
        let id = try #require(try JSONParser.parse(made.payload)["id"]?.string)
        let removal = call("delete_a_pinpoint_department_by_id", ["id": .string(id)])
        let sent = SentWrite(call: removal, mark: nil, since: clock.now())
        #expect(found(await provider.find(sent)) == [id])
        #expect(await provider.call(removal).isError == false)
        #expect(await provider.find(sent) == .absent)
        let dated = call(
            "create_a_ashby_candidate",
            ["name": "A", "email": "a@mail.example", "createdAt": "2020-01-01T00:00:00.000Z"]
        )
        #expect(try await rules(dated).canBeFound == false)
    }

    @Test func `a look that is refused cannot tell`() async throws {
        let write = call("create_a_ashby_department", ["name": "Ferry Planning"])
        sandbox.control.arm(SandboxFault(.status(503, headers: [:], body: nil)))
        #expect(found(await provider.find(SentWrite(call: write, mark: nil, since: clock.now()))) == nil)
    }
}
