import Commands
import CurlTransport
import Gateway
import HTTP
import JSON
import Testing

@Suite struct TokenCommandTests {
    @Test func `the control API on the port needs a token, which the control socket makes`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let application = try await Application.open(try program.configuration())
        let server = try await application.serve(host: "127.0.0.1", port: 0)
        func status(_ path: String, _ token: String?) async throws -> Int {
            var request = try HTTPRequest(url: server.address + path)
            if let token { request.fields["Authorization"] = "Bearer " + token }
            return try await application.drivers.transport.send(request, options: HTTPRequestOptions()).status
        }
        let made = await program.run("tokens create ci --json")
        let body = try JSONParser.parse(made.out)
        let token = try #require(body["token"]?.string)
        for path in ["/v1/endpoints", "/v1/audit", "/metrics", "/integrated-account/x/mcp"] {
            #expect(try await status(path, nil) == 401)
            #expect(try await status(path, "sbk_wrong") == 401)
        }
        for path in ["/v1/endpoints", "/v1/audit", "/v1/usage", "/metrics"] {
            #expect(try await status(path, token) == 200)
        }
        #expect(try await status("/v1/people", token) == 404, "people are made through the control socket only")
        #expect(await program.run("tokens list").out.contains("ci"))
        #expect(await program.run("tokens revoke \(body["id"]?.string ?? "")").status == .done)
        #expect(try await status("/v1/endpoints", token) == 401)
        let verified = await program.run("audit verify --json")
        #expect(verified.status == .done)
        let exported = await program.run("audit export --action access")
        let lines = try exported.out.split(separator: "\n").map { try JSONParser.parse(String($0)) }
        #expect(lines.compactMap { $0["tool"]?.string } == ["create tokens", "delete tokens"])
        let head = try #require(lines.last?["head"]?.string)
        #expect(await program.run("audit verify --head \(head)").status == .done)
        #expect(await program.run("audit verify --head 99:\(head.split(separator: ":")[1])").status == .failed)
        #expect(!exported.out.contains(token))
        await server.stop(within: 0)
        await application.close()
    }
}
