import Basics
import Storage
import TestSupport
import Testing
import ToolRouter

@Suite
struct PeopleStoreTests {
    private let folder: TemporaryFolder
    private let clock: ManualClock
    private let database: SQLiteDatabase
    private let people: PeopleStore

    init() async throws {
        folder = TemporaryFolder()
        clock = ManualClock(try #require(Timestamp(iso8601: "2026-11-20T09:00:00Z")))
        database = try await SQLiteDatabase.open(folder.file("p.db"))
        try await database.migrate(PeopleStore.migrations)
        people = try await PeopleStore(database: database, clock: clock)
    }

    private func reopened() async throws -> PeopleStore { try await PeopleStore(database: database, clock: clock) }

    private func code(_ name: String) async throws -> String { try await people.makeCode(for: name).secret.reveal() }

    @Test func `roles are in order, and read as people write them`() {
        #expect(PersonRole.member < .recruitingLead)
        #expect(PersonRole.recruitingLead < .administrator)
        #expect(PersonRole(text: "Recruiting lead") == .recruitingLead)
        #expect(PersonRole(text: "recruiting-lead") == .recruitingLead)
        #expect(PersonRole(text: "boss") == nil)
    }

    @Test func `a person is kept, and a name or address is taken once`() async throws {
        let ana = try await people.add(name: "ana", role: .administrator, email: "Ana@Acme.example")
        #expect(ana.email == "ana@acme.example")
        await #expect(throws: RouterError.self) { try await people.add(name: "ana", role: .member) }
        await #expect(throws: RouterError.self) {
            try await people.add(name: "bob", role: .member, email: "ana@acme.example")
        }
        #expect(try await reopened().all == [ana])
    }

    @Test(arguments: ["", " ana", "a/b", "<b>", "a\nb", String(repeating: "x", count: 65)])
    func `a name that could be mistaken is refused`(name: String) async {
        await #expect(throws: RouterError.self) { try await people.add(name: name, role: .member) }
    }

    @Test func `a code signs its person in, once`() async throws {
        let ana = try await people.add(name: "ana", role: .member)
        let text = try await code("ana")
        #expect(text.utf8.count == 14)
        let signedIn = try #require(try await people.signIn(name: "ana", code: text))
        #expect(signedIn.session.person == ana)
        #expect(people.session(signedIn.token)?.person == ana)
        #expect(try await people.signIn(name: "ana", code: text) == nil)
        #expect(try await reopened().signIn(name: "ana", code: text) == nil)
    }

    @Test func `a code is read however it was typed`() async throws {
        _ = try await people.add(name: "ana", role: .member)
        let typed = " " + (try await code("ana")).lowercased().replacing("-", with: " ").replacing("1", with: "l")
        #expect(try await people.signIn(name: "ana", code: typed) != nil)
    }

    @Test func `a code is of no use to somebody else`() async throws {
        _ = try await people.add(name: "ana", role: .member)
        _ = try await people.add(name: "bob", role: .member)
        let text = try await code("ana")
        _ = try await code("bob")
        #expect(try await people.signIn(name: "bob", code: text) == nil)
        #expect(try await people.signIn(name: "nobody", code: text) == nil)
        #expect(try await people.signIn(name: "ana", code: text) != nil)
    }

    @Test func `after five wrong codes the right one is void`() async throws {
        _ = try await people.add(name: "ana", role: .member)
        let first = try await code("ana")
        for _ in 1...4 { #expect(try await people.signIn(name: "ana", code: "AAAA-AAAA-AAAA") == nil) }
        // The control: four wrong ones do no harm.
        #expect(try await people.signIn(name: "ana", code: first) != nil)

        let second = try await code("ana")
        for _ in 1...5 { #expect(try await people.signIn(name: "ana", code: "AAAA-AAAA-AAAA") == nil) }
        #expect(try await people.signIn(name: "ana", code: second) == nil)
        #expect(try await reopened().signIn(name: "ana", code: second) == nil)
    }

    @Test func `a code is good for ten minutes, and a new one voids it`() async throws {
        _ = try await people.add(name: "ana", role: .member)
        let late = try await code("ana")
        clock.advance(seconds: 600)
        #expect(try await people.signIn(name: "ana", code: late) == nil)
        let first = try await code("ana")
        let second = try await code("ana")
        #expect(try await people.signIn(name: "ana", code: first) == nil)
        clock.advance(seconds: 599)
        #expect(try await people.signIn(name: "ana", code: second) != nil)
    }

    @Test func `a session outlives a restart and ends after twelve hours`() async throws {
        _ = try await people.add(name: "ana", role: .member)
        let token = try #require(try await people.signIn(name: "ana", code: code("ana"))).token
        clock.advance(seconds: 12 * 3600 - 1)
        #expect(try await reopened().session(token) != nil)
        clock.advance(seconds: 1)
        #expect(people.session(token) == nil)
        #expect(try await reopened().session(token) == nil)
    }

    @Test func `signing out ends one session, and everywhere ends all`() async throws {
        _ = try await people.add(name: "ana", role: .member)
        var tokens: [BrowserToken] = []
        for _ in 1...3 { tokens.append(try #require(try await people.signIn(name: "ana", code: code("ana"))).token) }
        try await people.signOut(tokens[0])
        #expect(tokens.map { people.session($0) != nil } == [false, true, true])
        #expect(try await people.signOutEverywhere("ana") == 2)
        #expect(tokens.allSatisfy { people.session($0) == nil })
        let later = try await reopened()
        #expect(tokens.allSatisfy { later.session($0) == nil })
    }

    @Test func `a removed person is out, and does not come back with the name`() async throws {
        _ = try await people.add(name: "ana", role: .administrator)
        let token = try #require(try await people.signIn(name: "ana", code: code("ana"))).token
        let text = try await code("ana")
        try await people.remove("ana")
        #expect(people.session(token) == nil)
        _ = try await people.add(name: "ana", role: .member)
        #expect(people.session(token) == nil)
        #expect(try await people.signIn(name: "ana", code: text) == nil)
        let later = try await reopened()
        #expect(later.session(token) == nil)
        #expect(try await later.signIn(name: "ana", code: text) == nil)
    }

    @Test func `a changed role counts at once`() async throws {
        _ = try await people.add(name: "ana", role: .administrator)
        let token = try #require(try await people.signIn(name: "ana", code: code("ana"))).token
        _ = try await people.setRole(.member, of: "ana")
        #expect(people.session(token)?.person.role == .member)
        #expect(try await reopened().person(named: "ana")?.role == .member)
    }

    @Test func `the twenty-first session ends the first`() async throws {
        _ = try await people.add(name: "ana", role: .member)
        var tokens: [BrowserToken] = []
        for _ in 1...21 {
            clock.advance(seconds: 1)
            tokens.append(try #require(try await people.signIn(name: "ana", code: code("ana"))).token)
        }
        #expect(people.session(tokens[0]) == nil)
        #expect(people.session(tokens[1]) != nil)
    }

    @Test func `an identity provider's address counts once, then only its subject`() async throws {
        let ana = try await people.add(name: "ana", role: .member, email: "ana@acme.example")
        let issuer = "https://id.example "
        #expect(try await people.signIn(subject: issuer + "1", verifiedEmail: nil) == nil)
        let first = try #require(try await people.signIn(subject: issuer + "1", verifiedEmail: "ANA@acme.example"))
        #expect(first.session.person == ana)
        // Another account that was given her address later is not her.
        #expect(try await people.signIn(subject: issuer + "2", verifiedEmail: "ana@acme.example") == nil)
        #expect(try await reopened().signIn(subject: issuer + "1", verifiedEmail: nil)?.session.person == ana)
    }

    @Test func `neither codes nor tokens are in the database`() async throws {
        _ = try await people.add(name: "ana", role: .member)
        let text = try await code("ana")
        let token = try #require(try await people.signIn(name: "ana", code: text)).token.secret.reveal()
        let open = try await code("ana")
        let rows = try await database.read { transaction in
            try transaction.query("SELECT * FROM sign_in_code") + transaction.query("SELECT * FROM person_session")
        }
        #expect(rows.count == 2)
        for value in rows.flatMap(\.values) {
            let bytes: [UInt8] =
                switch value {
                case .blob(let bytes): bytes
                case .text(let text): Array(text.utf8)
                default: []
                }
            for secret in [text, token, open] { #expect(!bytes.contains(Array(secret.utf8))) }
        }
    }

    @Test func `a form's token belongs to one browser`() {
        let (a, b) = (BrowserToken(), BrowserToken())
        #expect(a.accepts(formToken: a.formToken))
        #expect(!a.accepts(formToken: b.formToken))
        #expect(!a.accepts(formToken: ""))
        #expect(BrowserToken(a.secret.reveal())?.formToken == a.formToken)
        #expect(BrowserToken("short") == nil)
    }
}
