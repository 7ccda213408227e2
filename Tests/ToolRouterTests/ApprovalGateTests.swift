import Basics
import Connections
import Cryptography
import HTTP
import JSON
import MCP
import Storage
import TestSupport
import Testing
import ToolRouter
import Tools

/// A router behind a gate, and the MCP server of one endpoint over it.
final class GatedScope: Sendable {
    static let endpoint = "ep_1"
    static let delete = "delete_a_acme_job_by_id"
    static let comment = "create_a_acme_comment"

    let approvals: ApprovalStoreTests.Scope
    let provider = EchoTools(
        Fixture.tools + [Fixture.tool("send_acme_mail", "Send Mail", "Sends mail.", effect: .send)]
    )
    let rules = Locked(ApprovalRules())

    init(approvals: ApprovalStoreTests.Scope) { self.approvals = approvals }

    var store: ApprovalStore { approvals.store }

    static func run(
        _ texts: [String] = [],
        _ body: (GatedScope) async throws -> Void
    ) async throws {
        try await ApprovalStoreTests.withStore { scope in
            let gated = GatedScope(approvals: scope)
            try gated.setRules(texts)
            try await body(gated)
        }
    }

    func setRules(_ texts: [String]) throws {
        let made = try ApprovalRules(texts: texts)
        rules.withLock { $0 = made }
    }

    /// A router as one start of the program makes it.
    func router(restarted: Bool = false) -> Router {
        let new = ApprovalStore(database: approvals.database, vault: approvals.vault, clock: approvals.clock)
        let gate = ApprovalGate(
            store: restarted ? new : store,
            rules: { _ in self.rules.withLock { $0 } },
            address: { "https://sb.example" }
        )
        return Router(
            providers: [provider],
            connections: Fixture.connections(),
            writes: .unprotected,
            interceptors: [gate]
        )
    }

    func call(
        _ tool: String,
        _ arguments: JSONObject,
        endpoint: String? = GatedScope.endpoint,
        on router: Router? = nil
    ) async -> ToolResult {
        await (router ?? self.router()).execute(
            ToolCall(
                tool: tool,
                arguments: arguments,
                user: "ben",
                origin: .model,
                context: CallContext(endpoint: endpoint)
            ),
            policy: ToolPolicy()
        )
    }

    func decide(_ id: String, _ isApproved: Bool = true) async throws {
        _ = try await store.decide(id, planHash: nil, isApproved: isApproved, by: ApprovalStoreTests.ada)
    }

    static func approval(_ result: ToolResult) throws -> String {
        try #require(Fixture.json(result.payload)["approval_id"]?.string)
    }
}

@Suite struct ApprovalGateTests {
    typealias Scope = GatedScope

    @Test func `a call that destroys waits for a person, and is then made once`() async throws {
        try await Scope.run { scope in
            let first = await scope.call(Scope.delete, ["id": "5"])
            #expect(first.isError && first.problem?.code == "approval_required")
            #expect(first.problem?.outcome == .notExecuted && scope.provider.calls.isEmpty)
            let id = try Scope.approval(first)
            #expect(first.displayText.contains("https://sb.example/approvals/\(id)"))
            // Asked again before the decision, it is the same approval.
            #expect(try Scope.approval(await scope.call(Scope.delete, ["id": "5"])) == id)
            try await scope.decide(id)
            #expect(await !scope.call(Scope.delete, ["id": "5"]).isError)
            #expect(scope.provider.calls.count == 1)
            // Replayed, it needs an approval of its own.
            let again = await scope.call(Scope.delete, ["id": "5"])
            #expect(again.problem?.code == "approval_required")
            #expect(try Scope.approval(again) != id)
            #expect(scope.provider.calls.count == 1)
        }
    }

    @Test func `a call that was done is told again under its key, and nobody is asked`() async throws {
        try await Scope.run { scope in
            let database = scope.approvals.database
            try await database.migrate(
                ApprovalStore.migrations + EndpointStore.migrations + LedgerStore.migrations
            )
            let ledger = WriteLedger(
                store: LedgerStore(database: database, vault: scope.approvals.vault, clock: scope.approvals.clock),
                clock: scope.approvals.clock,
                sleep: { _ in }
            )
            let router = Router(
                providers: [scope.provider],
                connections: Fixture.connections(),
                writes: .ledger(ledger),
                interceptors: [ApprovalGate(store: scope.store, rules: { _ in ApprovalRules() })]
            )
            func call(_ id: String, once: String?, endpoint: String = Scope.endpoint) async -> ToolResult {
                let call = ToolCall(
                    tool: Scope.delete,
                    arguments: ["id": .string(id)],
                    user: "ben",
                    origin: .model,
                    once: once,
                    onceRule: .sameArguments,
                    context: CallContext(endpoint: endpoint)
                )
                return await router.execute(call, policy: ToolPolicy())
            }
            try await scope.decide(try Scope.approval(await call("5", once: "a")))
            #expect(await !call("5", once: "a").isError)
            let again = await call("5", once: "a")
            #expect(try Fixture.json(again.payload)["already_done"] == true)
            #expect(scope.provider.calls.count == 1)
            #expect(try await scope.store.list().count == 1)
            // The controls: another key, none, another endpoint and other arguments ask.
            for other in [
                await call("5", once: "b"), await call("5", once: nil), await call("5", once: "a", endpoint: "ep_2"),
                await call("6", once: "a"),
            ] { #expect(other.problem?.code == "approval_required") }
            #expect(scope.provider.calls.count == 1)
            await ledger.close()
        }
    }

    @Test func `reads and other writes pass without rules, and writes wait where a rule says so`() async throws {
        try await Scope.run { scope in
            #expect(await !scope.call("list_all_acme_candidates", ["id": "1"]).isError)
            #expect(await !scope.call(Scope.comment, ["id": "1"]).isError)
            try scope.setRules(["write"])
            #expect(await !scope.call("list_all_acme_candidates", ["id": "1"]).isError)
            #expect(await scope.call(Scope.comment, ["id": "1"]).problem?.code == "approval_required")
            try scope.setRules(["write", "tool:\(Scope.comment)=allow", "destroy=refuse"])
            #expect(await !scope.call(Scope.comment, ["id": "1"]).isError)
            #expect(await scope.call(Scope.delete, ["id": "1"]).problem?.code == "refused_by_rules")
        }
    }

    @Test func `what a workflow sends that no model started is not asked for again, and what destroys is`() async throws
    {
        try await Scope.run { scope in
            let router = scope.router()
            func code(_ tool: String, _ origin: Origin, endpoint: String? = nil) async -> String? {
                let call = ToolCall(
                    tool: tool,
                    arguments: ["id": "1"],
                    user: "ben",
                    origin: origin,
                    context: CallContext(endpoint: endpoint, run: "run_1")
                )
                return await router.execute(call, policy: ToolPolicy()).problem?.code
            }
            #expect(await code("send_acme_mail", .workflow) == nil)
            #expect(await code("send_acme_mail", .model) == "approval_required")
            #expect(await code("send_acme_mail", .workflow, endpoint: Scope.endpoint) == "approval_required")
            #expect(await code(Scope.delete, .workflow) == "approval_required")
        }
    }

    @Test func `an approval is good for its arguments, its endpoint and its tool alone`() async throws {
        try await Scope.run(["write"]) { scope in
            let id = try Scope.approval(await scope.call(Scope.delete, ["id": "5566", "note": "gone"]))
            try await scope.decide(id)
            #expect(await scope.call(Scope.delete, ["id": "5567", "note": "gone"]).isError)
            #expect(await scope.call(Scope.delete, ["id": "5566", "note": "gone "]).isError)
            #expect(await scope.call(Scope.delete, ["id": 5566, "note": "gone"]).isError)
            #expect(await scope.call(Scope.delete, ["id": "5566", "note": "gone"], endpoint: "ep_2").isError)
            #expect(await scope.call(Scope.delete, ["id": "5566", "note": "gone"], endpoint: nil).isError)
            #expect(await scope.call(Scope.comment, ["id": "5566", "note": "gone"]).isError)
            #expect(scope.provider.calls.isEmpty)
            // The control: the order of members is no difference.
            #expect(await !scope.call(Scope.delete, ["note": "gone", "id": "5566"]).isError)
        }
    }

    @Test func `of many identical calls after one approval one is made`() async throws {
        try await Scope.run { scope in
            let router = scope.router()
            let id = try Scope.approval(await scope.call(Scope.delete, ["id": "5"], on: router))
            try await scope.decide(id)
            await withDiscardingTaskGroup { group in
                for _ in 0..<20 { group.addTask { _ = await scope.call(Scope.delete, ["id": "5"], on: router) } }
            }
            #expect(scope.provider.calls.count == 1)
        }
    }

    @Test func `what a person refused is not made, and says why`() async throws {
        try await Scope.run { scope in
            let id = try Scope.approval(await scope.call(Scope.delete, ["id": "5"]))
            _ = try await scope.store.decide(
                id,
                planHash: nil,
                isApproved: false,
                by: ApprovalStoreTests.ada,
                comment: "Job is open."
            )
            let refused = await scope.call(Scope.delete, ["id": "5"])
            #expect(refused.problem?.code == "approval_rejected" && refused.displayText.contains("Job is open."))
            #expect(scope.provider.calls.isEmpty)
        }
    }

    @Test func `an approval that has expired or was tampered with lets nothing through`() async throws {
        try await Scope.run { scope in
            let first = try Scope.approval(await scope.call(Scope.delete, ["id": "5"]))
            try await scope.decide(first)
            scope.approvals.clock.advance(seconds: 86_400)
            let second = try Scope.approval(await scope.call(Scope.delete, ["id": "5"]))
            #expect(second != first)
            try await scope.approvals.database.write {
                try $0.execute(
                    "UPDATE approval SET decision = 1, decided_by = 'ada', means = 'page', decided_at = 1 WHERE id = ?",
                    .text(second)
                )
            }
            let third = await scope.call(Scope.delete, ["id": "5"])
            #expect(try third.problem?.code == "approval_required" && Scope.approval(third) != second)
            // An index that points at another call is not believed either.
            let other = try Scope.approval(await scope.call(Scope.delete, ["id": "6"]))
            try await scope.decide(other)
            try await scope.approvals.database.write {
                try $0.execute(
                    """
                    UPDATE approval_call SET key = (SELECT key FROM approval_call WHERE approval = ?)
                    WHERE approval = ?
                    """,
                    .text(try Scope.approval(third)),
                    .text(other)
                )
            }
            #expect(await scope.call(Scope.delete, ["id": "5"]).isError)
            #expect(scope.provider.calls.isEmpty)
        }
    }

    @Test func `a restart between question and decision changes nothing`() async throws {
        try await Scope.run { scope in
            let id = try Scope.approval(await scope.call(Scope.delete, ["id": "5"], on: scope.router(restarted: true)))
            try await scope.decide(id)
            #expect(await !scope.call(Scope.delete, ["id": "5"], on: scope.router(restarted: true)).isError)
            #expect(scope.provider.calls.count == 1)
        }
    }

    @Test func `a call of which nothing was executed keeps its approval`() async throws {
        try await Scope.run { scope in
            let arguments: JSONObject = ["id": "5", "fail": 503]
            let id = try Scope.approval(await scope.call(Scope.delete, arguments))
            try await scope.decide(id)
            for _ in 0..<2 {
                #expect(await scope.call(Scope.delete, arguments).problem?.code == "upstream_error")
            }
        }
    }

    @Test func `more writes within an hour than allowed wait`() async throws {
        try await Scope.run(["hour:2"]) { scope in
            let router = scope.router()
            for id in ["1", "2"] { #expect(await !scope.call(Scope.comment, ["id": .string(id)], on: router).isError) }
            #expect(await scope.call(Scope.comment, ["id": "3"], on: router).problem?.code == "approval_required")
            scope.approvals.clock.advance(seconds: 3601)
            #expect(await !scope.call(Scope.comment, ["id": "4"], on: router).isError)
        }
    }

    @Test func `calls that are wanted together are approved together`() async throws {
        try await Scope.run(["batch:2"]) { scope in
            let router = scope.router()
            let meta = MetaTools(router: router, policy: ToolPolicy())
            func execute(_ count: Int) async throws -> JSONValue {
                let calls = (0..<count).map { number -> JSONValue in
                    ["tool": .string(Scope.comment), "arguments": ["id": .string("\(number)")]]
                }
                let read: JSONValue = ["tool": "list_all_acme_candidates", "arguments": ["id": "9"]]
                let result = await meta.call(
                    ToolCall(
                        tool: "execute_tools",
                        arguments: ["calls": .array(calls + [read])],
                        user: "ben",
                        origin: .model,
                        context: CallContext(endpoint: Scope.endpoint)
                    )
                )
                return try Fixture.json(result.payload)
            }
            #expect(try await execute(2)["failed"] == 0)
            let asked = try await execute(3)
            #expect(asked["failed"] == 3 && asked["succeeded"] == 1)
            let pending = try await scope.store.list(state: .pending)
            #expect(pending.count == 1 && pending.first?.request.plan.rows.count == 3)
            let id = try #require(pending.first?.id)
            try await scope.decide(id)
            #expect(try await execute(3)["failed"] == 0)
            #expect(try await scope.store.approval(id).usedAt != nil)
            #expect(try await execute(3)["failed"] == 3)
        }
    }

    @Test func `of many writes side by side no more are made than an hour allows`() async throws {
        try await GatedScope.run(["hour:3=refuse"]) { scope in
            let router = scope.router()
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask { _ = await scope.call(GatedScope.comment, ["id": .integer(number)], on: router) }
                }
            }
            #expect(scope.provider.calls.count == 3)
        }
    }

    @Test func `an endpoint asks for no more than a person can look through`() async throws {
        try await GatedScope.run(["write"]) { scope in
            for number in 0..<200 {
                let asked = await scope.call(GatedScope.comment, ["id": .integer(number)])
                #expect(asked.problem?.code == "approval_required")
            }
            let over = await scope.call(GatedScope.comment, ["id": "one more"])
            #expect(over.problem?.code == "approval_unavailable" && over.displayText.contains("200 approvals"))
            let first = try await scope.store.list(limit: 1)[0].id
            try await scope.decide(first, false)
            #expect(await scope.call(GatedScope.comment, ["id": "one more"]).problem?.code == "approval_required")
            #expect(scope.provider.calls.isEmpty)
        }
    }

    @Test func `the token that a call came with does not approve it, whoever's it is`() async throws {
        try await ApprovalStoreTests.withStore { scope in
            let store = ApprovalStore(database: scope.database, vault: scope.vault, clock: scope.clock) {
                $0 == "token:tok_1" ? "cem" : nil
            }
            let gate = ApprovalGate(store: store, rules: { _ in try? ApprovalRules(texts: ["write"]) })
            let router = Router(
                providers: [EchoTools(Fixture.tools)],
                connections: Fixture.connections(),
                writes: .unprotected,
                interceptors: [gate]
            )
            func ask(_ actor: String, _ id: String) async throws -> String {
                let call = ToolCall(
                    tool: GatedScope.comment,
                    arguments: ["id": .string(id)],
                    user: "ben",
                    origin: .model,
                    context: CallContext(actor: actor, endpoint: "ep_1")
                )
                let result = try JSONParser.parse(await router.execute(call, policy: ToolPolicy()).payload)
                return try #require(result["approval_id"]?.string)
            }
            func decide(_ id: String, _ means: Approver.Means) async -> RouterError.Code? {
                await ApprovalStoreTests.code {
                    let cem = Approver(name: "cem", role: .administrator, means: means)
                    _ = try await store.decide(id, planHash: nil, isApproved: true, by: cem)
                }
            }
            let own = try await ask("token:tok_1", "1")
            #expect(try await store.approval(own).json(at: scope.clock.now())["asked_with_token_of"] == "cem")
            #expect(await decide(own, .api) == .forbidden)
            // The page takes a person, not a token; and a token of somebody else decides.
            #expect(await decide(own, .page) == nil)
            #expect(await decide(try await ask("token:tok_2", "2"), .api) == nil)
        }
    }

    @Test func `arguments that would be refused are refused before a person is asked, alone and in a batch`()
        async throws
    {
        try await Scope.run(["write"]) { scope in
            let gate = ApprovalGate(store: scope.store, rules: { _ in scope.rules.withLock { $0 } })
            let router = Router(
                providers: [ParticularTools(base: scope.provider)],
                connections: Fixture.connections(),
                writes: .unprotected,
                interceptors: [gate]
            )
            let wrong = await scope.call(Scope.delete, ["di": "5"], on: router)
            #expect(wrong.problem?.code == "invalid_arguments")
            #expect(try await scope.store.list().isEmpty)
            let calls: JSONValue = [
                ["tool": .string(Scope.delete), "arguments": ["di": "5"]],
                ["tool": .string(Scope.delete), "arguments": ["id": "6"]],
            ]
            let batch = await MetaTools(router: router, policy: ToolPolicy()).call(
                ToolCall(
                    tool: "execute_tools",
                    arguments: ["calls": calls],
                    user: "ben",
                    origin: .model,
                    context: CallContext(endpoint: Scope.endpoint)
                )
            )
            let results = try Fixture.json(batch.payload)["results"]
            #expect(results?[0]?["error"]?["error"] == "invalid_arguments")
            #expect(results?[1]?["error"]?["error"] == "approval_required")
            let asked = try await scope.store.list()
            #expect(asked.map { $0.request.plan.rows.map(\.arguments) } == [[["id": "6"]]])
            #expect(scope.provider.calls.isEmpty)
        }
    }

    @Test func `a restart does not forget how many writes there were within the hour`() async throws {
        try await Scope.run(["hour:2"]) { scope in
            let bench = try await LedgerBench.open(clock: scope.approvals.clock)
            func router() async throws -> Router {
                let gate = ApprovalGate(store: scope.store, rules: { _ in scope.rules.withLock { $0 } })
                let hourAgo = scope.approvals.clock.now().adding(seconds: -3600)
                gate.restore(try await bench.store.sent(since: hourAgo))
                return Router(
                    providers: [bench.ats],
                    connections: Fixture.connections(),
                    writes: .ledger(bench.ledger),
                    interceptors: [gate]
                )
            }
            for id in ["1", "2"] {
                #expect(await !scope.call("add_note", ["id": .string(id)], on: try router()).isError)
            }
            #expect(await scope.call("add_note", ["id": "3"], on: try router()).problem?.code == "approval_required")
            // Another endpoint's writes are its own, and an hour later there were none.
            #expect(await !scope.call("add_note", ["id": "4"], endpoint: "ep_2", on: try router()).isError)
            scope.approvals.clock.advance(seconds: 3600)
            #expect(await !scope.call("add_note", ["id": "5"], on: try router()).isError)
            await bench.close()
        }
    }

    @Test func `rules are read from words, and what is none is refused`() throws {
        let texts = ["write", "destroy=refuse", "tag:offers=client", "tool:x", "batch:20", "hour:100=page", "client"]
        let rules = try ApprovalRules(texts: texts)
        #expect(rules.texts == texts && rules.how == .client)
        #expect(try ApprovalRules(rules.json) == rules)
        #expect(try ApprovalRules("refuse").how == .refuse && ApprovalRules(.null) == ApprovalRules())
        for wrong in [
            "", "writes", "batch", "batch:", "batch:x", "batch:-1", "write=maybe", "tag:", "write:1", "allow",
        ] {
            #expect(throws: RouterError.self) { try ApprovalRules(texts: [wrong]) }
        }
        #expect(try ApprovalRules(["roles": ["recruiting-lead"]]).roles == ["recruiting_lead"])
        for wrong: JSONValue in [
            7, ["ask": ["write"], "hwo": "page"], ["roles": []], ["expires_in": 1], [1],
            // What cannot be read must not be taken for no rule.
            ["ask": "write"], ["expires_in": "60"], ["how": "write"], ["how": "allow"], ["roles": ["boss"]],
        ] {
            #expect(throws: RouterError.self) { try ApprovalRules(wrong) }
        }
    }
}

/// Tools that take `id` and `note` and nothing else.
private struct ParticularTools: ArgumentChecking {
    let base: EchoTools

    var tools: [ToolSpecification] { base.tools }

    func call(_ call: ToolCall) async -> ToolResult { await base.call(call) }

    func refusal(of call: ToolCall) -> ToolResult? {
        let other = call.arguments.first { !["id", "note"].contains($0.name) }
        return other.map { .failure("invalid_arguments", "There is no argument \($0.name).") }
    }
}
