import Basics
import JSON
import Testing
import ToolRouter
import Tools

@Suite struct MetaToolsConnectionsTests {
    private struct Pages: ConnectionInviting {
        struct Closed: Error, CustomStringConvertible { let description = "the pages are switched off" }
        var isOpen = true

        func invite(user: String, toolkit: String, endpoint: String?) async throws -> ConnectionInvitation {
            guard isOpen else { throw Closed() }
            return ConnectionInvitation(
                url: "https://here.example/connect/\(user)/\(toolkit)/\(endpoint ?? "-")",
                expiresAt: Timestamp(milliseconds: 1_767_225_600_000)
            )
        }
    }

    private func manage(
        _ arguments: JSONObject,
        pages: Pages? = nil,
        policy: ToolPolicy = ToolPolicy()
    ) async throws -> (value: JSONValue, result: ToolResult) {
        let meta = MetaTools(router: Fixture.router(invitations: pages), policy: policy)
        let result = await meta.call(
            ToolCall(
                tool: "manage_connections",
                arguments: arguments,
                user: "ada",
                origin: .model,
                context: CallContext(endpoint: "ep_1")
            )
        )
        return (try Fixture.json(result.payload), result)
    }

    @Test func `a missing connection comes with a link, and one that works without`() async throws {
        let (value, _) = try await manage(["toolkits": ["acme", "beta"]], pages: Pages())
        #expect(
            value["connections"] == [
                ["toolkit": "acme", "status": "active"],
                [
                    "toolkit": "beta", "status": "missing", "connect_url": "https://here.example/connect/ada/beta/ep_1",
                    "expires_at": "2026-01-01T00:00:00.000Z",
                ],
            ]
        )
        #expect(value["next"]?.string?.contains("connect_url") == true)
    }

    @Test func `the status alone makes no link, and renewing makes one for a connection that works`() async throws {
        let status = try await manage(["action": "status"], pages: Pages()).value
        #expect(status["connections"]?[1] == ["toolkit": "beta", "status": "missing"])
        let renewed = try await manage(["toolkits": ["acme"], "action": "renew"], pages: Pages()).value
        #expect(renewed["connections"]?[0]?["connect_url"] != nil)
    }

    @Test func `where no page can be made the command is named, and why`() async throws {
        let none = try await manage(["toolkits": ["beta"]]).value
        #expect(none["connections"]?[0]?["how_to_connect"] == "switchboard connections add beta --user ada")
        let closed = try await manage(["toolkits": ["beta"]], pages: Pages(isOpen: false)).value
        #expect(closed["connections"]?[0]?["how_to_connect"] == "switchboard connections add beta --user ada")
        #expect(closed["connections"]?[0]?["note"]?.string?.contains("switched off") == true)
    }

    @Test func `a toolkit that the policy hides is unknown`() async throws {
        let policy = ToolPolicy(toolkits: .only(["acme"]))
        let value = try await manage(["toolkits": ["beta"]], pages: Pages(), policy: policy).value
        #expect(value["connections"]?[0] == ["toolkit": "beta", "status": "unknown", "suggestions": ["acme"]])
        let wrong = try await manage(["action": "remove"])
        #expect(wrong.result.isError && wrong.result.displayText.contains("connect, status or renew"))
    }
}
