import Basics
import Connections
import Cryptography
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter

@Suite struct ApprovalStoreTests {
    static let ada = Approver(name: "ada", roles: ["recruiting_lead"], means: .page)
    static let plan = ApprovalPlan([
        .init(tool: "reject_application", arguments: ["application_id": "5566", "reason_id": 7, "note": "Filled."])
    ])

    static func request(_ change: (inout ApprovalRequest) -> Void = { _ in }) -> ApprovalRequest {
        var request = ApprovalRequest(kind: .run, title: "Reject 1 application", plan: plan, requester: "ben")
        change(&request)
        return request
    }

    struct Scope: Sendable {
        let database: SQLiteDatabase
        let store: ApprovalStore
        let clock: ManualClock
        let vault: Vault
    }

    static func withStore(_ body: (Scope) async throws -> Void) async throws {
        let folder = TemporaryFolder()
        let database = try await SQLiteDatabase.open(folder.file("t.db"))
        try await database.migrate(ApprovalStore.migrations + EndpointStore.migrations)
        let clock = ManualClock(Timestamp(milliseconds: 1_800_000_000_000))
        let vault = Vault(current: SymmetricKey())
        let store = ApprovalStore(database: database, vault: vault, clock: clock)
        do {
            try await body(Scope(database: database, store: store, clock: clock, vault: vault))
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    static func code(_ body: () async throws -> Void) async -> RouterError.Code? {
        do {
            try await body()
            return nil
        } catch { return (error as? RouterError)?.code }
    }

    @Test func `an approval is asked for, given, used once, and then void`() async throws {
        try await Self.withStore { scope in
            let asked = try await scope.store.request(Self.request())
            #expect(asked.state(at: scope.clock.now()) == .pending)
            #expect(asked.request.plan.rows[0].records == ["5566", "7"])
            await #expect(Self.code { try await scope.store.use(asked.id, planHash: asked.planHash) } == .conflict)
            let given = try await scope.store.decide(
                asked.id,
                planHash: asked.planHash,
                isApproved: true,
                by: Self.ada,
                comment: "fine"
            )
            #expect(given.decision?.by == "ada")
            #expect(try await scope.store.approval(asked.id) == given)
            await #expect(Self.code { try await scope.store.use(asked.id, planHash: "other") } == .conflict)
            try await scope.store.use(asked.id, planHash: asked.planHash)
            await #expect(Self.code { try await scope.store.use(asked.id, planHash: asked.planHash) } == .conflict)
        }
    }

    @Test func `of many decisions at once one counts`() async throws {
        try await Self.withStore { scope in
            let asked = try await scope.store.request(Self.request())
            let made = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let code = await Self.code {
                            _ = try await scope.store.decide(
                                asked.id,
                                planHash: asked.planHash,
                                isApproved: number.isMultiple(of: 2),
                                by: Self.ada
                            )
                        }
                        return code == nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(made == 1)
        }
    }

    @Test func `an approval that has expired can be neither given nor used`() async throws {
        try await Self.withStore { scope in
            let asked = try await scope.store.request(Self.request { $0.lifetime = 60 })
            let given = try await scope.store.request(Self.request { $0.lifetime = 60 })
            _ = try await scope.store.decide(given.id, planHash: nil, isApproved: true, by: Self.ada)
            scope.clock.advance(seconds: 60)
            await #expect(
                Self.code { _ = try await scope.store.decide(asked.id, planHash: nil, isApproved: true, by: Self.ada) }
                    == .conflict
            )
            await #expect(Self.code { try await scope.store.use(given.id, planHash: given.planHash) } == .conflict)
            #expect(try await scope.store.list(state: .expired).map(\.id).sorted() == [asked.id, given.id].sorted())
            #expect(try await scope.store.purge(expiredBefore: scope.clock.now().adding(seconds: 1)) == 2)
            #expect(try await scope.store.list().isEmpty)
        }
    }

    @Test func `who lacks the role, or asked for it, does not decide where that is wanted`() async throws {
        try await Self.withStore { scope in
            let asked = try await scope.store.request(Self.request { $0.separateFromRequester = true })
            func decide(_ approver: Approver) async -> RouterError.Code? {
                await Self.code {
                    _ = try await scope.store.decide(asked.id, planHash: nil, isApproved: true, by: approver)
                }
            }
            #expect(await decide(Approver(name: "cem", roles: ["member"], means: .page)) == .forbidden)
            #expect(await decide(Approver(name: "ben", roles: ["administrator"], means: .page)) == .forbidden)
            #expect(await decide(Approver(name: "endpoint", roles: [], means: .client)) == .forbidden)
            #expect(await decide(Self.ada) == nil)
            // The control: without the wish for another person, who asked may decide.
            let own = try await scope.store.request(Self.request())
            let token = Approver(name: "ben", roles: ["administrator"], means: .api)
            await #expect(
                Self.code { _ = try await scope.store.decide(own.id, planHash: nil, isApproved: true, by: token) }
                    == .forbidden
            )
            let ben = Approver(name: "ben", roles: ["administrator"], means: .page)
            _ = try await scope.store.decide(own.id, planHash: nil, isApproved: true, by: ben)
        }
    }

    @Test func `a decision on another plan than the stored one is refused`() async throws {
        try await Self.withStore { scope in
            let asked = try await scope.store.request(Self.request())
            let code = await Self.code {
                _ = try await scope.store.decide(asked.id, planHash: "00", isApproved: true, by: Self.ada)
            }
            #expect(code == .conflict)
        }
    }

    @Test(
        arguments: [
            "sealed_plan = zeroblob(80)", "sealed_plan = NULL",
            "decision = 1, decided_by = 'ada', means = 'page', decided_at = 0",
            "expires_at = expires_at + 1", "roles = '[\"member\"]'", "separate = 1 - separate", "requester = 'eve'",
            "title = 'harmless'", "client = 1", "seal = zeroblob(45)", "endpoint = 'ep_1'", "kind = 'call'",
        ]
    )
    func `an approval that was edited in the database is void`(_ change: String) async throws {
        try await Self.withStore { scope in
            let other = try await scope.store.request(Self.request())
            let asked = try await scope.store.request(Self.request())
            try await scope.database.write {
                try $0.execute("UPDATE approval SET \(change) WHERE id = ?", .text(asked.id))
            }
            await #expect(Self.code { _ = try await scope.store.approval(asked.id) } == .damaged)
            let code = await Self.code {
                _ = try await scope.store.decide(asked.id, planHash: nil, isApproved: true, by: Self.ada)
            }
            #expect(code == .damaged)
            await #expect(Self.code { try await scope.store.use(asked.id, planHash: asked.planHash) } == .damaged)
            // The control: the one beside it stands.
            #expect(try await scope.store.list().map(\.id) == [other.id])
        }
    }

    @Test func `a plan cannot be read in the database file, nor moved to another approval`() async throws {
        let folder = TemporaryFolder()
        let database = try await SQLiteDatabase.open(folder.file("t.db"))
        try await database.migrate(ApprovalStore.migrations)
        let store = ApprovalStore(database: database, vault: Vault(current: SymmetricKey()))
        let plan = ApprovalPlan([
            .init(tool: "comment", arguments: ["id": "5566", "note": "Quetzalcoatl"], text: "Comment on Xanthippe")
        ])
        let asked = try await store.request(Self.request { ($0.plan, $0.title) = (plan, "Marmalade") })
        let other = try await store.request(Self.request())
        func kept(_ word: String) throws -> Bool {
            try ["t.db", "t.db-wal"].contains { name in
                let bytes = try TextFile.read(folder.file(name))
                return String(decoding: bytes, as: UTF8.self).contains(word)
            }
        }
        #expect(try !kept("Quetzalcoatl") && !kept("Xanthippe"))
        // The control: what is not sealed is found there.
        #expect(try kept("Marmalade"))
        #expect(try await store.approval(asked.id).request.plan == plan)
        try await database.write {
            try $0.execute(
                "UPDATE approval SET sealed_plan = (SELECT sealed_plan FROM approval WHERE id = ?) WHERE id = ?",
                .text(asked.id),
                .text(other.id)
            )
        }
        await #expect(Self.code { _ = try await store.approval(other.id) } == .damaged)
        await database.close()
    }

    @Test func `plans from before they were sealed are read, sealed, and void where they were edited`() async throws {
        try await Self.withStore { scope in
            let old = JSONWriter.text(of: Self.plan.json)
            func ask(_ text: String) async throws -> Approval {
                let asked = try await scope.store.request(Self.request())
                try await scope.database.write {
                    try $0.execute(
                        "UPDATE approval SET sealed_plan = NULL, plan = ? WHERE id = ?",
                        .text(text),
                        .text(asked.id)
                    )
                }
                return asked
            }
            let asked = try await ask(old)
            let edited = try await ask(old.replacing("5566", with: "5567"))
            for _ in 0..<2 {
                #expect(try await scope.store.approval(asked.id) == asked)
                await #expect(Self.code { _ = try await scope.store.approval(edited.id) } == .damaged)
                try await scope.store.sealPlans()
            }
            let plain = try await scope.database.read {
                try $0.query("SELECT id FROM approval WHERE sealed_plan IS NULL OR plan <> ''").count
            }
            #expect(plain == 0)
        }
    }

    @Test func `whoever waits for a decision is woken by it, by time, and by cancellation`() async throws {
        try await Self.withStore { scope in
            let asked = try await scope.store.request(Self.request())
            #expect(try await scope.store.decision(on: asked.id, within: 0.01).decision == nil)
            let waiting = Task { try await scope.store.decision(on: asked.id, within: 600) }
            waiting.cancel()
            #expect(try await waiting.value.decision == nil)
            let seen = Locked<[String]>([])
            scope.store.observe { approval in seen.withLock { $0.append(approval.id) } }
            async let decided = scope.store.decision(on: asked.id, within: 600)
            _ = try await scope.store.decide(asked.id, planHash: nil, isApproved: false, by: Self.ada)
            #expect(try await decided.state(at: scope.clock.now()) == .rejected)
            #expect(seen.withLock { $0 } == [asked.id])
        }
    }

    @Test func `approvals and their decisions outlive the program`() async throws {
        try await Self.withStore { scope in
            let asked = try await scope.store.request(Self.request())
            let second = ApprovalStore(database: scope.database, vault: scope.vault, clock: scope.clock)
            _ = try await second.decide(asked.id, planHash: nil, isApproved: true, by: Self.ada)
            let third = ApprovalStore(database: scope.database, vault: scope.vault, clock: scope.clock)
            try await third.use(asked.id, planHash: asked.planHash)
        }
    }
}
