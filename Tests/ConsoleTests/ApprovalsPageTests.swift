import Basics
import Connections
import Console
import Cryptography
import HTTP
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter

@Suite struct ApprovalsPageTests {
    private let folder: TemporaryFolder
    private let people: PeopleStore
    private let store: ApprovalStore
    private let routes: ConsoleRoutes
    private static let url = "https://tools.example"

    init() async throws {
        folder = TemporaryFolder()
        let database = try await SQLiteDatabase.open(folder.file("a.db"))
        try await database.migrate(PeopleStore.migrations + ApprovalStore.migrations)
        people = try await PeopleStore(database: database)
        store = ApprovalStore(database: database, vault: Vault(current: SymmetricKey()))
        let address = PublicAddress()
        try address.set(ApprovalsPageTests.url)
        routes = ConsoleRoutes(people: people, address: address, pages: [ApprovalsPage(store: store)])
        _ = try await people.add(name: "ana", role: .recruitingLead)
        _ = try await people.add(name: "ben", role: .member)
        _ = try await people.add(name: "cem", role: .member)
    }

    private func ask(_ change: (inout ApprovalRequest) -> Void = { _ in }) async throws -> Approval {
        let row = ApprovalPlan.Row(
            tool: "delete_job",
            arguments: ["id": "5566", "note": "<script>alert(1)</script>\u{202E}\u{200B}hidden"]
        )
        var request = ApprovalRequest(
            kind: .call,
            title: "Call delete_job",
            plan: ApprovalPlan([row]),
            requester: "ben",
            endpoint: "ep_1"
        )
        change(&request)
        return try await store.request(request)
    }

    private func browser(_ name: String) async throws -> Browser {
        let browser = Browser(routes, url: ApprovalsPageTests.url)
        let page = await browser.signIn(name, try await people.makeCode(for: name).secret.reveal())
        #expect(page.status == 303)
        return browser
    }

    @Test func `a lead sees all of it and approves it once`() async throws {
        let asked = try await ask()
        let ana = try await browser("ana")
        #expect(await ana.get("/approvals").text.contains(asked.id))
        let page = await ana.get("/approvals/" + asked.id)
        #expect(page.text.contains("&quot;5566&quot;") && page.text.contains("delete_job"))
        #expect(page.text.contains("&lt;script&gt;") && !page.text.contains("<script>"))
        // What cannot be seen is spelled out.
        #expect(page.text.contains("\\u{202e}\\u{200b}hidden"))
        let fields = [("plan_hash", asked.planHash), ("decision", "approve"), ("comment", "ok")]
        #expect(await ana.submit(page, to: "/approvals/" + asked.id, fields).status == 303)
        let decision = try await store.approval(asked.id).decision
        #expect(decision?.by == "ana" && decision?.isApproved == true && decision?.means == .page)
        #expect(await ana.submit(page, to: "/approvals/" + asked.id, fields).status == 409)
        #expect(await ana.get("/approvals/" + asked.id).text.contains("Approved by ana"))
    }

    @Test func `nobody decides without signing in, and without the form of the page`() async throws {
        let asked = try await ask()
        let stranger = Browser(routes, url: ApprovalsPageTests.url)
        let first = await stranger.get("/approvals/" + asked.id)
        #expect(first.status == 303 && first.location?.hasPrefix("/sign-in?next=") == true)
        let fields = [("plan_hash", asked.planHash), ("decision", "approve")]
        let ana = try await browser("ana")
        #expect(await ana.post("/approvals/" + asked.id, fields).status == 403)
        let page = await ana.get("/approvals/" + asked.id)
        let foreign = await ana.post(
            "/approvals/" + asked.id,
            fields + [("form_token", page.formToken ?? "")],
            origin: "https://evil.example"
        )
        #expect(foreign.status == 403)
        #expect(try await store.approval(asked.id).decision == nil)
    }

    @Test func `a member sees what they asked for and decides nothing`() async throws {
        let asked = try await ask()
        let ben = try await browser("ben")
        let page = await ben.get("/approvals/" + asked.id)
        #expect(page.status == 200 && !page.text.contains("value=\"approve\""))
        let fields = [("plan_hash", asked.planHash), ("decision", "approve")]
        #expect(await ben.submit(page, to: "/approvals/" + asked.id, fields).status == 403)
        #expect(try await store.approval(asked.id).decision == nil)
        let cem = try await browser("cem")
        #expect(await cem.get("/approvals/" + asked.id).status == 404)
    }

    @Test func `who asked does not decide where another person is wanted`() async throws {
        let own = try await ask { request in
            request.requester = "ana"
            request.separateFromRequester = true
        }
        let ana = try await browser("ana")
        let page = await ana.get("/approvals/" + own.id)
        #expect(page.text.contains("somebody else must decide") && !page.text.contains("value=\"approve\""))
        let fields = [("plan_hash", own.planHash), ("decision", "approve")]
        #expect(await ana.submit(page, to: "/approvals/" + own.id, fields).status == 403)
    }

    @Test func `another plan than the one shown is not approved`() async throws {
        let asked = try await ask()
        let ana = try await browser("ana")
        let page = await ana.get("/approvals/" + asked.id)
        let fields = [("plan_hash", "00"), ("decision", "approve")]
        #expect(await ana.submit(page, to: "/approvals/" + asked.id, fields).status == 409)
        #expect(try await store.approval(asked.id).decision == nil)
    }
}
