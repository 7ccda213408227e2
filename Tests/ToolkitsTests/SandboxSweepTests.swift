import ATSSandbox
import Basics
import Connections
import HTTP
import JSON
import Testing
import Toolkits
import Tools

/// Every tool against the simulators: whatever is asked, the answer is one that the vendor's documentation knows.
@Suite struct SandboxSweepTests {
    private struct Systems: HTTPHandler {
        let sandbox: Sandbox
        func respond(to request: HTTPRequest) async -> HTTPResponse {
            request.authority == "api.ashbyhq.com"
                ? await sandbox.ashby.respond(to: request) : await sandbox.pinpoint.respond(to: request)
        }
    }

    private func provider(_ sandbox: Sandbox) -> ToolkitProvider {
        let keys = ["ashby": SandboxKeys.ashby, "pinpoint": SandboxKeys.pinpoint]
        return ToolkitProvider(
            toolkits: Fixture.toolkits.toolkits,
            connections: FixedConnections(
                keys.map { toolkit, key in
                    AuthorizedConnection(
                        id: toolkit,
                        toolkit: toolkit,
                        fields: ["subdomain": "sandbox"],
                        secrets: ["api_key": Secret(key)]
                    )
                },
                label: "test",
                howToRenew: "-"
            ),
            transport: InMemoryTransport(Systems(sandbox: sandbox)),
            clock: Fixture.clock,
            log: .none
        )
    }

    @Test func `every tool with arguments that fit gets an answer that is understood`() async {
        let sandbox = Sandbox()
        var counts: [String: Int] = [:]
        for tool in Fixture.toolkits.toolkits.flatMap(\.specifications) {
            let result = await provider(sandbox).call(tool.name, GoldenRequestTests.sample(tool))
            let code = result.problem?.code ?? "ok"
            counts[code, default: 0] += 1
            let known = [
                "ok", "not_found", "invalid_request", "rejected", "conflict", "cursor_expired", "sync_expired",
            ]
            #expect(known.contains(code), "\(tool.name): \(code) \(result.displayText)")
            #expect((result.problem?.status ?? 200) < 500, "\(tool.name)")
        }
        #expect(counts["ok", default: 0] >= 50, "\(counts)")
    }
}
