import Basics
import HTTP
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter

/// `/v1/approvals` as people meet it who hold an API token.
struct ApprovalRoutesTests {
    private struct Scope: Sendable {
        let store: ApprovalStore
        let control: ControlFixture
        let clock: ManualClock

        func token(_ person: String, _ role: PersonRole) async throws -> ControlPrincipal {
            ControlPrincipal(try await control.tokens.create(name: "t", person: person, role: role).token)
        }

        func decide(
            _ approval: Approval,
            _ word: String = "approve",
            hash: String? = nil,
            as principal: ControlPrincipal
        ) async throws -> (status: Int, body: JSONValue) {
            let body: JSONValue = ["decision": .string(word), "plan_hash": .string(hash ?? approval.planHash)]
            let target = "/v1/approvals/\(approval.id)/decision"
            let answer = try await control.send("POST", target, body, as: principal)
            return (answer.status, answer.body)
        }
    }

    private static func run(_ body: @Sendable (Scope) async throws -> Void) async throws {
        let folder = TemporaryFolder()
        try await ApprovalStoreTests.withStore { stored in
            let resource = ApprovalResource(store: stored.store, owner: "owner")
            let control = try await ControlFixture.open(folder, additional: [resource])
            try await body(Scope(store: stored.store, control: control, clock: stored.clock))
            await control.database.close()
        }
    }

    @Test(arguments: [PersonRole.recruitingLead, .administrator])
    func `a person with a role that decides approves by token, once, under the own name`(
        role: PersonRole
    ) async throws {
        try await Self.run { scope in
            let asked = try await scope.store.request(ApprovalStoreTests.request())
            let ada = try await scope.token("ada", role)
            let (status, shown, _) = try await scope.control.send("GET", "/v1/approvals/" + asked.id, as: ada)
            #expect(status == 200 && shown["state"] == "pending" && shown["plan_hash"]?.string == asked.planHash)
            let decided = try await scope.decide(asked, as: ada)
            #expect(decided.status == 200 && decided.body["state"] == "approved")
            #expect(decided.body["decided_by"] == "ada" && decided.body["decided_by_means"] == "api")
            let again = try await scope.decide(asked, "reject", as: ada)
            #expect(again.status == 409)
            #expect(try await scope.store.approval(asked.id).decision?.isApproved == true)
        }
    }

    @Test func `whoever asked decides nothing by token, and a member sees and decides nothing of others`() async throws
    {
        try await Self.run { scope in
            let asked = try await scope.store.request(ApprovalStoreTests.request())
            // The agent may hold the token of the person that it acts for.
            let own = try await scope.decide(asked, as: scope.token("ben", .administrator))
            #expect(own.status == 403 && own.body["detail"]?.string?.contains("sign in to the page") == true)
            let cem = try await scope.token("cem", .member)
            let other = try await scope.decide(asked, as: cem)
            #expect(other.status == 404, "what one may not see is not there")
            #expect(try await scope.control.send("GET", "/v1/approvals/" + asked.id, as: cem).status == 404)
            #expect(try await scope.control.send("GET", "/v1/approvals", as: cem).body["approvals"] == [])
            // Who asked may see it without the role.
            let ben = try await scope.token("ben", .member)
            #expect(try await scope.control.send("GET", "/v1/approvals/" + asked.id, as: ben).status == 200)
            #expect(try await scope.decide(asked, as: ben).status == 403)
            let nobody = ControlPrincipal(actor: "token:tok_0", role: .administrator)
            #expect(try await scope.control.send("GET", "/v1/approvals", as: nobody).status == 403)
            #expect(try await scope.store.approval(asked.id).decision == nil)
            // The control: the machine's owner, by command.
            #expect(try await scope.decide(asked, as: .local).body["decided_by"] == "owner")
        }
    }

    @Test func `a decision is about the plan that was read, in one of two words`() async throws {
        try await Self.run { scope in
            let asked = try await scope.store.request(ApprovalStoreTests.request())
            let ada = try await scope.token("ada", .recruitingLead)
            #expect(try await scope.decide(asked, hash: "00", as: ada).status == 409)
            let target = "/v1/approvals/\(asked.id)/decision"
            for body: JSONValue in [
                [:], ["decision": "approve"], ["decision": "yes", "plan_hash": .string(asked.planHash)],
                ["decision": "approve", "plan_hash": .string(asked.planHash), "by": "eve"],
            ] {
                let (status, answer, _) = try await scope.control.send("POST", target, body, as: ada)
                #expect(status == 400 && answer["code"] == "invalid")
            }
            #expect(try await scope.control.send("POST", "/v1/approvals/" + asked.id, [:], as: ada).status == 405)
            #expect(try await scope.control.send("GET", "/v1/approvals?state=open", as: ada).status == 400)
            #expect(try await scope.control.send("GET", "/v1/approvals?limit=0", as: ada).status == 400)
            #expect(try await scope.store.approval(asked.id).decision == nil)
            scope.clock.advance(seconds: 86_400)
            let late = try await scope.decide(asked, as: ada)
            #expect(late.status == 409 && late.body["detail"]?.string?.contains("expired") == true)
        }
    }

    @Test func `approvals are listed by state, in pages`() async throws {
        try await Self.run { scope in
            var made: [String] = []
            for _ in 0..<5 {
                made.append(try await scope.store.request(ApprovalStoreTests.request()).id)
                scope.clock.advance(seconds: 1)
            }
            _ = try await scope.store.decide(made[2], planHash: nil, isApproved: false, by: ApprovalStoreTests.ada)
            let ada = try await scope.token("ada", .recruitingLead)
            var (seen, cursor): ([String], String?) = ([], nil)
            repeat {
                let target = "/v1/approvals?limit=2" + (cursor.map { "&cursor=" + $0 } ?? "")
                let (_, page, _) = try await scope.control.send("GET", target, as: ada)
                seen += page["approvals"]?.array?.compactMap { $0["id"]?.string } ?? []
                cursor = page["next_cursor"]?.string
            } while cursor != nil && seen.count < 10
            #expect(seen.sorted() == made)
            let (_, rejected, _) = try await scope.control.send("GET", "/v1/approvals?state=rejected", as: ada)
            #expect(rejected["approvals"]?.array?.map { $0["id"]?.string } == [made[2]])
        }
    }
}
