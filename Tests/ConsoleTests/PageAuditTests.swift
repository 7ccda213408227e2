import Basics
import Connections
import Console
import Cryptography
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter

@Suite struct PageAuditTests {
    private let folder = TemporaryFolder()

    private struct Row: Equatable {
        var action: AuditEntry.Action
        var actor: String
        var tool: String?
        var object: String?
        var outcome: String
    }

    @Test func `what a person does on the pages is written down`() async throws {
        let database = try await SQLiteDatabase.open(folder.file("a.db"))
        try await database.migrate(PeopleStore.migrations + ApprovalStore.migrations + AuditLog.migrations)
        let people = try await PeopleStore(database: database)
        let store = ApprovalStore(database: database, vault: Vault(current: SymmetricKey()))
        let audit = AuditLog(database: database)
        let address = PublicAddress()
        try address.set("https://tools.example")
        let routes = ConsoleRoutes(
            people: people,
            address: address,
            pages: [ApprovalsPage(store: store)],
            audit: PageAudit(audit: audit)
        )
        _ = try await people.add(name: "ana", role: .recruitingLead)
        let asked = try await store.request(
            ApprovalRequest(
                kind: .call,
                title: "Call delete_job",
                plan: ApprovalPlan([ApprovalPlan.Row(tool: "delete_job", arguments: ["id": "5566"])]),
                requester: "ben"
            )
        )
        let browser = Browser(routes, url: "https://tools.example")
        #expect(await browser.signIn("ana", "AAAA-AAAA").status == 403)
        _ = await browser.signIn("ana", try await people.makeCode(for: "ana").secret.reveal())
        let page = await browser.get("/approvals/" + asked.id)
        let fields = [("plan_hash", asked.planHash), ("decision", "approve"), ("comment", "Sarah Jenkins agreed")]
        #expect(await browser.submit(page, to: "/approvals/" + asked.id, fields).status == 303)
        #expect(await browser.submit(page, to: "/approvals/" + asked.id, fields).status == 409)
        _ = await browser.submit(page, to: "/sign-out", [])
        let rows = try await audit.rows(AuditFilter())
        #expect(
            rows.map { row in
                let entry = row.entry
                return Row(
                    action: entry.action,
                    actor: entry.actor,
                    tool: entry.tool,
                    object: entry.object,
                    outcome: entry.outcome
                )
            } == [
                Row(action: .access, actor: "nobody", tool: "sign-in", object: nil, outcome: "status_403"),
                Row(action: .access, actor: "person:ana", tool: "sign-in", object: nil, outcome: "ok"),
                Row(
                    action: .approval,
                    actor: "person:ana",
                    tool: "approve approvals",
                    object: asked.id,
                    outcome: "ok"
                ),
                Row(
                    action: .approval,
                    actor: "person:ana",
                    tool: "approve approvals",
                    object: asked.id,
                    outcome: "status_409"
                ),
                Row(action: .access, actor: "person:ana", tool: "sign-out", object: nil, outcome: "ok"),
            ]
        )
        #expect(rows.allSatisfy { $0.entry.via == "pages" } && !"\(rows)".contains("Jenkins"))
        await database.close()
    }
}
