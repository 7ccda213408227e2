import Basics
import JSON
import MCP
import Testing
import ToolRouter
import Tools

@Suite struct ConnectionQuestionsTests {
    private struct Pages: ConnectionInviting {
        func invite(user: String, toolkit: String, endpoint: String?) async throws -> ConnectionInvitation {
            ConnectionInvitation(
                url: "https://here.example/connect/\(user)/\(toolkit)",
                expiresAt: Timestamp(milliseconds: 1_767_225_600_000)
            )
        }
    }

    private func call(
        _ tool: String,
        _ arguments: JSONObject,
        mode: EndpointMode,
        elicits: Set<MCPElicitation.Kind>,
        answers: [String: MCPElicitationAnswer] = [:],
        policy: ToolPolicy = ToolPolicy()
    ) async throws -> MCPToolResult {
        let router = Fixture.router(invitations: Pages())
        let service = EndpointService(router: router, user: "ada", policy: policy, mode: mode)
        var context = MCPCallContext(protocolVersion: "2026-07-28")
        context.elicits = elicits
        context.answers = answers
        return try #require(await service.callTool(tool, arguments: arguments, context: context))
    }

    @Test func `a client that can open pages is asked to connect what is missing, and only that`() async throws {
        let result = try await call(
            "manage_connections",
            ["toolkits": ["acme", "beta"]],
            mode: .meta,
            elicits: [.url]
        )
        #expect(result.questions.map(\.key) == ["connect:beta"])
        #expect(result.questions.map(\.content) == [.url("https://here.example/connect/ada/beta")])
    }

    @Test func `a call whose account is missing asks for it before anything is made`() async throws {
        let beta = try #require(Fixture.tools.first { $0.toolkit == "beta" })
        let direct = try await call(beta.name, [:], mode: .direct, elicits: [.url])
        #expect(direct.questions.map(\.key) == ["connect:beta"])
        let batch: JSONObject = ["calls": [["tool": .string(beta.name), "arguments": [:]]]]
        let meta = try await call("execute_tools", batch, mode: .meta, elicits: [.url])
        #expect(meta.questions.map(\.key) == ["connect:beta"])
    }

    @Test func `nobody is sent to a page that cannot help`() async throws {
        var policy = ToolPolicy()
        policy.connections = ["acme": ["conn_gone"]]
        let asked = try await call(
            "manage_connections",
            ["toolkits": ["acme"]],
            mode: .meta,
            elicits: [.url],
            policy: policy
        )
        #expect(asked.questions.isEmpty)
        #expect(String(decoding: asked.structured ?? [], as: UTF8.self).contains("conn_gone only, which was removed"))
    }

    @Test func `who declines, cannot open pages, or only asks for the status is told in words`() async throws {
        let arguments: JSONObject = ["toolkits": ["beta"]]
        let declined = try await call(
            "manage_connections",
            arguments,
            mode: .meta,
            elicits: [.url],
            answers: ["connect:beta": MCPElicitationAnswer(.decline)]
        )
        #expect(declined.questions.isEmpty)
        let plain = try await call("manage_connections", arguments, mode: .meta, elicits: [.form])
        #expect(plain.questions.isEmpty)
        var status = arguments
        status["action"] = "status"
        #expect(try await call("manage_connections", status, mode: .meta, elicits: [.url]).questions.isEmpty)
    }
}
