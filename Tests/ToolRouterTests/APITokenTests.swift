import Basics
import HTTP
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter

@Suite struct APITokenTests {
    private let folder = TemporaryFolder()

    @Test func `a token is shown once, kept as a hash, and counts until it is revoked`() async throws {
        let fixture = try await ControlFixture.open(folder)
        let (status, made, _) = try await fixture.send("POST", "/v1/tokens", ["name": "ci", "role": "member"])
        #expect(status == 201 && made["person"] == "ada" && made["role"] == "member")
        let secret = made["token"]?.string ?? ""
        #expect(secret.hasPrefix("sbk_") && secret.utf8.count == 47)
        let id = made["id"]?.string ?? ""
        #expect(fixture.tokens.token(secret)?.id == id)
        let (_, list, _) = try await fixture.send("GET", "/v1/tokens")
        #expect(list["tokens"]?[0]?["hint"]?.string.map(secret.hasSuffix) == true)
        let rows = try await fixture.database.read { try $0.query("SELECT * FROM api_token") }
        #expect(!"\(rows)\(list)\(fixture.tokens.all)".contains(secret))
        for other in ["", "sbk_", String(secret.dropLast()), secret + "a", secret.uppercased()] {
            #expect(fixture.tokens.token(other) == nil)
        }
        let again = try await APITokenStore(database: fixture.database, clock: fixture.clock)
        #expect(again.token(secret)?.id == id)
        #expect(try await fixture.send("DELETE", "/v1/tokens/" + id).status == 204)
        #expect(fixture.tokens.token(secret) == nil)
        #expect(try await fixture.send("DELETE", "/v1/tokens/" + id).status == 404)
        await fixture.database.close()
    }

    @Test func `a token ends at its time, and one with a role that is not known counts for nothing`() async throws {
        let fixture = try await ControlFixture.open(folder)
        let end = fixture.clock.now().adding(seconds: 60)
        let (_, secret) = try await fixture.tokens.create(name: "a", person: "b", role: .member, expiresAt: end)
        fixture.clock.advance(seconds: 59)
        #expect(fixture.tokens.token(secret.reveal()) != nil)
        fixture.clock.advance(seconds: 1)
        #expect(fixture.tokens.token(secret.reveal()) == nil && fixture.tokens.all.count == 1)
        try await fixture.database.write { try $0.execute("UPDATE api_token SET role = 'god'") }
        #expect(try await APITokenStore(database: fixture.database).all.isEmpty)
        #expect(try await fixture.send("POST", "/v1/tokens", ["name": "x", "role": "god"]).status == 400)
        #expect(try await fixture.send("POST", "/v1/tokens", ["name": "x", "expires_at": "2020-01-01"]).status == 400)
        await fixture.database.close()
    }

    @Test func `who is no administrator uses tools for themselves and changes nothing`() async throws {
        let fixture = try await ControlFixture.open(folder)
        let (token, _) = try await fixture.tokens.create(name: "a", person: "ada", role: .member)
        let member = ControlPrincipal(token)
        for target in ["/v1/endpoints", "/v1/tokens", "/v1/connections", "/integrated-account/env_acme/mcp"] {
            let (status, body, _) = try await fixture.send("GET", target, as: member)
            #expect(status == 403 && body["code"] == "forbidden")
        }
        #expect(try await fixture.send("GET", "/v1/tools", as: member).status == 200)
        let target = "/v1/tools/get_single_acme_job_by_id/execute"
        #expect(try await fixture.send("POST", target, ["arguments": ["id": "1"]], as: member).status == 200)
        let other = try await fixture.send("POST", target, ["user": "eve", "arguments": ["id": "1"]], as: member)
        #expect(other.status == 403)
        await fixture.database.close()
    }

    @Test func `a token makes tokens of its own person only`() async throws {
        let fixture = try await ControlFixture.open(folder)
        let (token, _) = try await fixture.tokens.create(name: "a", person: "ben", role: .administrator)
        let ben = ControlPrincipal(token)
        #expect(try await fixture.send("POST", "/v1/tokens", ["name": "x"], as: ben).body["person"] == "ben")
        let other: JSONValue = ["name": "x", "person": "ada"]
        #expect(try await fixture.send("POST", "/v1/tokens", other, as: ben).status == 403)
        #expect(try await fixture.send("POST", "/v1/tokens", other).status == 201)
        await fixture.database.close()
    }

    @Test func `an endpoint that asks for an API token opens with both and with nothing less`() async throws {
        let fixture = try await ControlFixture.open(folder)
        let (token, secret) = try await fixture.tokens.create(name: "a", person: "ada", role: .member)
        let body: JSONValue = ["name": "n", "user": "ada", "require_api_token_auth": true]
        let url = try await fixture.send("POST", "/v1/endpoints", body).body["url"]?.string ?? ""
        #expect(try await fixture.ask(url).status == 401)
        let bearer: HTTPFields = ["Authorization": "Bearer " + secret.reveal()]
        #expect(try await fixture.ask(url, fields: bearer).status == 200)
        #expect(try await fixture.ask(url, fields: ["x-api-key": secret.reveal()]).status == 200)
        _ = try await fixture.tokens.revoke(token.id)
        #expect(try await fixture.ask(url, fields: bearer).status == 401)
        await fixture.database.close()
    }
}
