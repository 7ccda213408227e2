import Basics
import Connections
import Cryptography
import HTTP
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter
import Toolkits

@Suite struct WebhookTests {
    private let folder = TemporaryFolder()
    private let clock = ManualClock(Timestamp(milliseconds: 1_795_167_000_000))

    private struct Nowhere: HTTPTransport {
        func send(_ request: HTTPRequest, options: HTTPRequestOptions) async throws -> HTTPResponse {
            throw HTTPError(.connectFailed, "nothing listens", nothingSent: true)
        }
    }

    private struct Running {
        var database: SQLiteDatabase
        var store: TriggerStore
        var webhooks: WebhookRoutes
        var control: TriggerRoutes
    }

    private func run() async throws -> Running {
        let database = try await SQLiteDatabase.open(folder.file("t.db"))
        try await database.migrate(TriggerStore.migrations)
        let store = TriggerStore(database: database, vault: Vault(current: SymmetricKey()), clock: clock)
        let home = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let toolkits = ToolkitProvider(
            toolkits: ToolkitLoader.loadAll(home: home).toolkits,
            connections: FixedConnections([], label: "test", howToRenew: "-"),
            transport: Nowhere(),
            clock: clock,
            log: .none
        )
        let secrets: WebhookRoutes.Secrets = { toolkit, field in
            field == "webhook_secret"
                ? [("conn_a", Secret("first-" + toolkit)), ("conn_b", Secret("second-" + toolkit))] : []
        }
        return Running(
            database: database,
            store: store,
            webhooks: WebhookRoutes(store: store, toolkits: toolkits, secrets: secrets),
            control: TriggerRoutes(
                store: store,
                toolkits: toolkits,
                secrets: secrets,
                publicURL: "https://tools.example"
            )
        )
    }

    private static let hire = #"{"action":"candidateHire","data":{"application":{"id":"a1"}},"webhookActionId":"w-1"}"#

    private func send(
        _ running: Running,
        _ path: String,
        _ body: String,
        _ fields: HTTPFields,
        method: String = "POST"
    ) async throws -> (status: Int, body: JSONValue) {
        let request = HTTPRequest(method: method, target: path, fields: fields, body: .bytes(Array(body.utf8)))
        let response = await running.webhooks.respond(to: request)
        return (response.status, try Fixture.json(try await response.body.collect(limit: 1 << 16)))
    }

    private func ashby(_ body: String, secret: String = "first-ashby") -> HTTPFields {
        let code = HMACSHA256.authenticate(Array(body.utf8), key: Array(secret.utf8))
        return ["Ashby-Signature": "sha256=" + Hex.encode(code)]
    }

    private func rows(_ running: Running) async throws -> Int {
        try await running.database.read { try $0.query("SELECT id FROM trigger_event") }.count
    }

    @Test func `a signed report is stored once, however often it is sent, and belongs to the connection that signed`()
        async throws
    {
        let running = try await run()
        let path = "/webhooks/ashby/candidateHire"
        let first = try await send(running, path, Self.hire, ashby(Self.hire, secret: "second-ashby"))
        #expect(first.status == 200 && first.body["status"] == "stored")
        // Sent again, with other spaces and so another signature: its id is the same.
        let again = Self.hire.replacing(":", with: ": ")
        let second = try await send(running, path, again, ashby(again, secret: "second-ashby"))
        #expect(second.status == 200 && second.body == ["status": "duplicate"])
        #expect(try await rows(running) == 1)
        let event = try #require(try await running.store.latest(limit: 5).first)
        #expect(event.connection == "conn_b" && event.trigger == "candidateHire" && event.handledAt == nil)
        #expect(event.body["data"] == ["application": ["id": "a1"]])
        // Personal data lie sealed on the disk.
        let stored = try await running.database.read { try $0.first("SELECT body FROM trigger_event") }
        #expect(try String(decoding: #require(stored).blob("body"), as: UTF8.self).contains("a1") == false)
        await running.database.close()
    }

    @Test func `a report whose signature is missing, wrong or of another body is refused and not stored`() async throws
    {
        let running = try await run()
        let path = "/webhooks/ashby/candidateHire"
        let good = try #require(ashby(Self.hire)["Ashby-Signature"])
        let wrong: [HTTPFields] = [
            [:], ["Ashby-Signature": ""], ["Ashby-Signature": "sha256="], ["Ashby-Signature": String(good.dropLast())],
            ["Ashby-Signature": String(good.dropFirst(7))], ["PINPOINT-HMAC-SHA256": good],
            ashby(Self.hire + " "), ashby(Self.hire, secret: "guess"), ashby(Self.hire, secret: ""),
        ]
        for fields in wrong { #expect(try await send(running, path, Self.hire, fields).status == 401) }
        #expect(try await rows(running) == 0)
        #expect(try await send(running, path, Self.hire, ashby(Self.hire)).status == 200)
        await running.database.close()
    }

    @Test func `Pinpoint signs in base 64 and has no ids, so equal bodies are one report`() async throws {
        let running = try await run()
        func fields(_ body: String) -> HTTPFields {
            let code = HMACSHA256.authenticate(Array(body.utf8), key: Array("first-pinpoint".utf8))
            return ["pinpoint-hmac-sha256": Base64.encode(code)]
        }
        let body = #"{"event":"application_hired","triggeredAt":1795167000,"data":{"application":{"id":5566}}}"#
        let later = body.replacing("1795167000", with: "1795167001")
        var outcomes: [JSONValue?] = []
        for body in [body, body, later] {
            outcomes.append(
                try await send(running, "/webhooks/pinpoint/application_hired", body, fields(body)).body["status"]
            )
        }
        #expect(outcomes == ["stored", "duplicate", "stored"])
        #expect(try await send(running, "/webhooks/pinpoint/application_hired", "x", fields("x")).status == 400)
        #expect(try await send(running, "/webhooks/pinpoint/job_created", body, fields(body)).status == 400)
        await running.database.close()
    }

    @Test func `a ping is answered, and what does not exist is not found`() async throws {
        let running = try await run()
        let ping = #"{"action":"ping","data":{"webhookActionType":"ping"}}"#
        #expect(try await send(running, "/webhooks/ashby/jobCreate", ping, ashby(ping)).body == ["status": "pong"])
        #expect(try await send(running, "/webhooks/ashby/jobCreate", ping, [:]).status == 401)
        for path in ["/webhooks/ashby/nothing", "/webhooks/nobody/jobCreate", "/webhooks/ashby", "/webhooks/a/b/c"] {
            #expect(try await send(running, path, ping, ashby(ping)).status == 404)
        }
        #expect(try await send(running, "/webhooks/ashby/jobCreate", "", [:], method: "GET").status == 405)
        #expect(try await rows(running) == 0)
        await running.database.close()
    }

    private actor Subscriber: TriggerSubscriber {
        var taken: [String] = []
        var fails = true
        func received(_ event: TriggerEvent) async throws {
            if fails { throw RouterError(.storage, "not now") }
            taken.append(event.id)
        }
        func mend() { fails = false }
    }

    @Test func `subscribers get each event, again after a failure, and events end with their time`() async throws {
        let running = try await run()
        _ = try await send(running, "/webhooks/ashby/candidateHire", Self.hire, ashby(Self.hire))
        let subscriber = Subscriber()
        running.store.subscribe(subscriber)
        try await running.store.deliver()
        #expect(try await running.store.latest(limit: 1).first?.handledAt == nil)
        await subscriber.mend()
        try await running.store.deliver()
        try await running.store.deliver()
        let event = try #require(try await running.store.latest(limit: 1).first)
        #expect(await subscriber.taken == [event.id])
        #expect(event.handledAt == clock.now())
        clock.advance(seconds: 14 * 86_400 + 1)
        try await running.store.purge()
        #expect(try await rows(running) == 0)
        await running.database.close()
    }

    @Test func `the control API tells all triggers with their addresses, and what came`() async throws {
        let running = try await run()
        _ = try await send(running, "/webhooks/ashby/candidateHire", Self.hire, ashby(Self.hire))
        func get(_ target: String) async throws -> JSONValue {
            let response = await running.control.respond(to: HTTPRequest(method: "GET", target: target))
            return try Fixture.json(try await response.body.collect(limit: 1 << 20))
        }
        let all = try await get("/v1/triggers")["triggers"]?.array ?? []
        #expect(all.count(where: { $0["toolkit"] == "ashby" }) == 26)
        #expect(all.count(where: { $0["beta"] == true }) == 4)
        #expect(all.count(where: { $0["toolkit"] == "pinpoint" }) == 18)
        let hire = try await get("/v1/triggers/candidateHire")
        #expect(hire["url"] == "https://tools.example/webhooks/ashby/candidateHire" && hire["ready"] == true)
        let events = try await get("/v1/trigger-events?trigger=candidateHire")["events"]
        #expect(events?.array?.count == 1 && events?[0]?["body"] == nil)
        let id = events?[0]?["id"]?.string ?? ""
        #expect(try await get("/v1/trigger-events/" + id)["body"]?["webhookActionId"] == "w-1")
        #expect(try await get("/v1/triggers/nothing")["status"] == 404)
        await running.database.close()
    }
}
