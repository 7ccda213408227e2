import Basics
import HTTP
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter

@Suite struct IdempotencyTests {
    private let folder = TemporaryFolder()
    private let body: JSONValue = ["name": "n", "user": "ada"]

    @Test func `a repeated request gets the first answer, token and all, and makes nothing`() async throws {
        let fixture = try await ControlFixture.open(folder)
        let first = try await fixture.send("POST", "/v1/endpoints", body, key: "k1")
        let second = try await fixture.send("POST", "/v1/endpoints", body, key: "k1")
        #expect(first.status == 201 && second.status == 201 && first.body == second.body)
        #expect(first.fields["Idempotency-Replayed"] == nil && second.fields["Idempotency-Replayed"] == "true")
        #expect(fixture.endpoints.all.count == 1)
        let rows = try await fixture.database.read { try $0.query("SELECT * FROM idempotency") }
        #expect(rows.count == 1 && !"\(rows)".contains(first.body["token"]?.string ?? "?"))
        await fixture.database.close()
    }

    @Test func `a kept answer that cannot be read is said, and the request not made again`() async throws {
        let fixture = try await ControlFixture.open(folder)
        _ = try await fixture.send("POST", "/v1/endpoints", body, key: "k1")
        try await fixture.database.write { try $0.execute("UPDATE idempotency SET answer = zeroblob(80)") }
        let again = try await fixture.send("POST", "/v1/endpoints", body, key: "k1")
        #expect(again.status == 500 && again.body["code"] == "damaged")
        #expect(again.body["detail"]?.string?.contains("take a new key") == true)
        #expect(fixture.endpoints.all.count == 1)
        #expect(try await fixture.send("POST", "/v1/endpoints", body, key: "k2").status == 201)
        await fixture.database.close()
    }

    @Test func `a key of another request is a 422, and of somebody else another key`() async throws {
        let fixture = try await ControlFixture.open(folder)
        _ = try await fixture.send("POST", "/v1/endpoints", body, key: "k1")
        let other = try await fixture.send("POST", "/v1/endpoints", ["name": "m", "user": "ada"], key: "k1")
        #expect(other.status == 422 && other.body["code"] == "idempotency_key_reused")
        let elsewhere = try await fixture.send("POST", "/v1/sessions", ["user_id": "ada"], key: "k1")
        #expect(elsewhere.status == 422)
        let eve = ControlPrincipal(actor: "token:tok_eve", person: "eve", role: .administrator)
        #expect(try await fixture.send("POST", "/v1/endpoints", body, key: "k1", as: eve).status == 201)
        #expect(fixture.endpoints.all.count == 2)
        await fixture.database.close()
    }

    @Test func `a refused request is not kept, and a kept answer ends after a day`() async throws {
        let fixture = try await ControlFixture.open(folder)
        #expect(try await fixture.send("POST", "/v1/endpoints", ["name": "n"], key: "k1").status == 400)
        #expect(try await fixture.send("POST", "/v1/endpoints", body, key: "k1").status == 201)
        fixture.clock.advance(seconds: 86401)
        #expect(try await fixture.send("POST", "/v1/endpoints", body, key: "k1").status == 201)
        #expect(fixture.endpoints.all.count == 2)
        for key in ["a b", "é", String(repeating: "k", count: 256)] {
            #expect(try await fixture.send("POST", "/v1/endpoints", body, key: key).status == 400)
        }
        await fixture.database.close()
    }

    @Test func `a tool that failed is not called again under its key`() async throws {
        let provider = EchoTools(Fixture.tools)
        let fixture = try await ControlFixture.open(folder, provider: provider)
        let target = "/v1/tools/create_a_acme_comment/execute"
        let call: JSONValue = ["user": "ada", "arguments": ["fail": 500]]
        let first = try await fixture.send("POST", target, call, key: "k1")
        let second = try await fixture.send("POST", target, call, key: "k1")
        #expect(first.status == 502 && second.status == 502 && first.body == second.body)
        #expect(second.fields["Content-Type"] == "application/problem+json")
        #expect(provider.calls.count == 1)
        await fixture.database.close()
    }

    @Test func `of many requests at once under one key one is served`() async throws {
        let fixture = try await ControlFixture.open(folder)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<10 {
                group.addTask { try await fixture.send("POST", "/v1/endpoints", body, key: "k1").status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.allSatisfy { $0 == 201 || $0 == 409 } && statuses.contains(201))
        #expect(fixture.endpoints.all.count == 1)
        await fixture.database.close()
    }
}
