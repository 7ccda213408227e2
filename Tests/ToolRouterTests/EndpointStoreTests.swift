import Basics
import Storage
import TestSupport
import Testing
import ToolRouter
import Tools

@Suite struct EndpointStoreTests {
    private let folder = TemporaryFolder()
    private let clock = ManualClock(Timestamp(milliseconds: 1_800_000_000_000))
    private let catalog = ToolCatalog([EchoTools(Fixture.tools)])

    private func database() async throws -> SQLiteDatabase {
        let database = try await SQLiteDatabase.open(folder.file("e.db"))
        try await database.migrate(EndpointStore.migrations)
        return database
    }

    private func store(_ database: SQLiteDatabase) async throws -> EndpointStore {
        try await EndpointStore(database: database, clock: clock)
    }

    private let draft = EndpointDraft(
        name: "Briefing",
        user: "ada",
        policy: ToolPolicy(toolkits: .only(["acme"]), methods: ["read"], tags: ["people"]),
        mode: .meta
    )

    @Test func `an endpoint is found by its token, also after a restart, and the token is nowhere`() async throws {
        let first = try await database()
        let (endpoint, token) = try await store(first).create(draft, catalog: catalog)
        #expect(endpoint.policy == draft.policy && endpoint.mode == .meta && endpoint.version == 1)
        await first.close()
        let second = try await database()
        let store = try await store(second)
        #expect(store.endpoint(token: token.secret.reveal()) == endpoint)
        #expect(store.all == [endpoint])
        let rows = try await second.read { try $0.query("SELECT * FROM endpoint") }
        #expect(!"\(rows)\(endpoint)\(token)".contains(token.secret.reveal()))
        #expect(token.secret.reveal().utf8.count == 46 && token.secret.reveal().hasPrefix("sb_"))
        #expect(token.secret.reveal().hasSuffix(endpoint.tokenHint))
        await second.close()
    }

    @Test func `no other text opens it`() async throws {
        let database = try await database()
        let store = try await store(database)
        let (_, token) = try await store.create(draft, catalog: catalog)
        let text = token.secret.reveal()
        for other in [
            "", "sb_", String(text.dropLast()), text + "a", text.uppercased(), String(repeating: "a", count: 9999),
        ] {
            #expect(store.endpoint(token: other) == nil)
        }
        await database.close()
    }

    @Test func `the policy survives storage with every distinction`() async throws {
        let database = try await database()
        let policies = [
            ToolPolicy(), ToolPolicy(toolkits: .except(["beta"])), ToolPolicy(toolkits: .except([])),
            ToolPolicy(
                toolkits: .only(["acme", "beta"]),
                methods: ["read", "delete"],
                tools: ["delete_a_acme_job_by_id"]
            ),
        ]
        let first = try await store(database)
        for policy in policies {
            var draft = draft
            draft.policy = policy
            _ = try await first.create(draft, catalog: catalog)
            clock.advance(seconds: 1)
        }
        #expect(try await store(database).all.map(\.policy) == policies)
        await database.close()
    }

    private struct Mistake: Sendable {
        var message: String
        var change: @Sendable (inout EndpointDraft) -> Void
    }

    private static let mistakes: [Mistake] = [
        Mistake(message: "leaves no tool") { $0.policy.methods = [] },
        Mistake(message: "leaves no tool") { $0.policy.tags = ["nothing"] },
        Mistake(message: "leaves no tool") { $0.policy.toolkits = .only([]) },
        Mistake(message: "Did you mean acme?") { $0.policy.toolkits = .only(["amce"]) },
        Mistake(message: "Did you mean read?") { $0.policy.methods = ["reed"] },
        Mistake(message: "Did you mean list_all_acme") { $0.policy.tools = ["list_all_acme_candidate"] },
        Mistake(message: "name must have") { $0.name = "" },
        Mistake(message: "user must have") { $0.user = "" },
        Mistake(message: "60 seconds ahead") { $0.expiresAt = Timestamp(milliseconds: 1_800_000_059_999) },
    ]

    @Test(arguments: mistakes.indices)
    func `a draft that makes no sense is refused with the reason`(position: Int) async throws {
        let database = try await database()
        var draft = draft
        EndpointStoreTests.mistakes[position].change(&draft)
        let changed = draft
        let error = await #expect(throws: RouterError.self) {
            try await store(database).create(changed, catalog: catalog)
        }
        #expect(error?.code == .invalid)
        #expect(error?.message.contains(EndpointStoreTests.mistakes[position].message) == true)
        await database.close()
    }

    @Test func `an endpoint stops at its time and is then purged`() async throws {
        let database = try await database()
        let store = try await store(database)
        var draft = draft
        draft.expiresAt = clock.now().adding(seconds: 60)
        let (endpoint, token) = try await store.create(draft, catalog: catalog)
        clock.advance(seconds: 59)
        #expect(store.endpoint(token: token.secret.reveal()) == endpoint)
        #expect(try await store.purge() == 0)
        clock.advance(seconds: 1)
        #expect(store.endpoint(token: token.secret.reveal()) == nil)
        #expect(store.endpoint(endpoint.id) == nil && store.all.isEmpty)
        #expect(try await store.purge() == 1)
        #expect(try await database.read { try $0.query("SELECT id FROM endpoint").isEmpty })
        await database.close()
    }

    @Test func `expired endpoints are deleted at every look, until no look is wanted any more`() async throws {
        let database = try await database()
        let store = try await store(database)
        var draft = draft
        draft.expiresAt = clock.now().adding(seconds: 60)
        _ = try await store.create(draft, catalog: catalog)
        var left: [Int] = []
        await store.keepPurged(log: .none) {
            left.append(try await database.read { try $0.query("SELECT id FROM endpoint").count })
            if left.count == 2 { throw CancellationError() }
            clock.advance(seconds: 60)
        }
        #expect(left == [1, 0])
        await database.close()
    }

    @Test func `of two changes based on one version the second is refused`() async throws {
        let database = try await database()
        let store = try await store(database)
        let (endpoint, token) = try await store.create(draft, catalog: catalog)
        var change = EndpointDraft(endpoint)
        change.policy.tags = nil
        let updated = try await store.update(endpoint.id, version: 1, to: change, catalog: catalog)
        #expect(updated.version == 2 && updated.policy.tags == nil)
        #expect(store.endpoint(token: token.secret.reveal()) == updated)
        let late = change
        let error = await #expect(throws: RouterError.self) {
            try await store.update(endpoint.id, version: 1, to: late, catalog: catalog)
        }
        #expect(error?.code == .conflict)
        #expect(store.endpoint(endpoint.id) == updated)
        await database.close()
    }

    @Test func `of many changes at once exactly one wins`() async throws {
        let database = try await database()
        let store = try await store(database)
        let (endpoint, _) = try await store.create(draft, catalog: catalog)
        let won = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                group.addTask {
                    var change = EndpointDraft(endpoint)
                    change.name = "name \(number)"
                    return (try? await store.update(endpoint.id, version: 1, to: change, catalog: catalog)) != nil
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(won == 1)
        #expect(store.endpoint(endpoint.id)?.version == 2)
        #expect(try await self.store(database).all == store.all)
        await database.close()
    }

    @Test func `the mode cannot be changed and a missing endpoint is said`() async throws {
        let database = try await database()
        let store = try await store(database)
        let (endpoint, token) = try await store.create(draft, catalog: catalog)
        var change = EndpointDraft(endpoint)
        change.mode = .direct
        let direct = change
        let error = await #expect(throws: RouterError.self) {
            try await store.update(endpoint.id, version: 1, to: direct, catalog: catalog)
        }
        #expect(error?.message.contains("mode") == true)
        #expect(try await store.delete(endpoint.id))
        #expect(store.endpoint(token: token.secret.reveal()) == nil)
        #expect(try await !store.delete(endpoint.id))
        let missing = await #expect(throws: RouterError.self) {
            try await store.update(endpoint.id, version: 1, to: draft, catalog: catalog)
        }
        #expect(missing?.code == .notFound)
        await database.close()
    }

    @Test func `a damaged row does not serve, and the others do`() async throws {
        let database = try await database()
        let first = try await store(database)
        let (broken, _) = try await first.create(draft, catalog: catalog)
        let (good, _) = try await first.create(draft, catalog: catalog)
        for policy in ["{", "{\"methods\":[1]}", "{\"later\":[]}"] {
            try await database.write { transaction in
                try transaction.execute("UPDATE endpoint SET policy = ? WHERE id = ?", .text(policy), .text(broken.id))
            }
            #expect(try await store(database).all == [good])
        }
        await database.close()
    }
}
