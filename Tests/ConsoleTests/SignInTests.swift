import Basics
import Console
import HTTP
import Storage
import TestSupport
import Testing
import ToolRouter

@Suite
struct SignInTests {
    private let folder: TemporaryFolder
    private let people: PeopleStore
    private let address = PublicAddress()
    private let routes: ConsoleRoutes
    private let browser: Browser

    init() async throws {
        folder = TemporaryFolder()
        let database = try await SQLiteDatabase.open(folder.file("s.db"))
        try await database.migrate(PeopleStore.migrations)
        people = try await PeopleStore(database: database)
        try address.set("https://tools.example")
        routes = ConsoleRoutes(people: people, address: address, pages: [Greeting()])
        browser = Browser(routes, url: "https://tools.example")
        _ = try await people.add(name: "ana", role: .recruitingLead)
    }

    private func code(_ name: String = "ana") async throws -> String {
        try await people.makeCode(for: name).secret.reveal()
    }

    @Test func `a code leads to the page that was asked for`() async throws {
        let first = await browser.get("/hello?a=1")
        #expect(first.status == 303)
        #expect(first.location == "/sign-in?next=%2Fhello%3Fa%3D1")
        let second = await browser.signIn("ana", try await code(), next: "/hello?a=1")
        #expect(second.status == 303)
        #expect(second.location == "/hello?a=1")
        let third = await browser.get("/hello?a=1")
        #expect(third.status == 200)
        #expect(third.text.contains("Hello ana"))
        #expect(third.text.contains("recruiting lead"))
    }

    @Test func `the session's cookie can be read by nobody else`() async throws {
        let page = await browser.signIn("ana", try await code())
        let cookie = try #require(page.fields["Set-Cookie"])
        #expect(cookie.hasPrefix("__Host-switchboard="))
        for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure", "; Max-Age=4"] {
            #expect(cookie.contains(attribute))
        }
        #expect(!cookie.contains("Domain"))
    }

    @Test func `plain http is for this machine only`() async throws {
        try address.set("http://tools.example")
        #expect(await Browser(routes, url: "http://tools.example").get("/sign-in").status == 421)
    }

    @Test func `on loopback the port is in the cookie's name`() async throws {
        try address.set("http://127.0.0.1:8484")
        let browser = Browser(routes, url: "http://127.0.0.1:8484")
        let page = await browser.signIn("ana", try await code())
        let cookie = try #require(page.fields["Set-Cookie"])
        #expect(cookie.hasPrefix("__Host-switchboard-8484="))
        #expect(cookie.contains("; Secure"))
        #expect(await browser.get("/hello").status == 200)
    }

    @Test func `signing in gives the browser a new secret`() async throws {
        _ = await browser.get("/sign-in")
        let before = browser.cookie
        _ = await browser.signIn("ana", try await code())
        #expect(before != nil)
        #expect(browser.cookie != before)
    }

    @Test func `after five wrong codes the right one does not help`() async throws {
        let right = try await code()
        for _ in 1...5 {
            let page = await browser.signIn("ana", "0000-0000-0000")
            #expect(page.status == 403)
            #expect(page.text.contains("role=\"alert\""))
        }
        #expect(await browser.signIn("ana", right).status == 403)
        // The control: a new code does.
        #expect(await browser.signIn("ana", try await code()).status == 303)
    }

    @Test func `who tries too often has to wait`() async throws {
        for _ in 1...10 { #expect(await browser.signIn("nobody", "0000-0000-0000").status == 403) }
        let page = await browser.signIn("ana", try await code())
        #expect(page.status == 429)
        #expect(page.fields["Retry-After"] == "60")
    }

    @Test func `a name that nobody has is answered like a wrong code`() async throws {
        _ = try await code()
        let wrong = await browser.signIn("ana", "0000-0000-0000")
        let unknown = await browser.signIn("ana2", "0000-0000-0000")
        #expect(wrong.text.replacing("ana2", with: "ana") == unknown.text.replacing("ana2", with: "ana"))
    }

    @Test(arguments: [
        "https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nSet-Cookie: x=y", "",
        "/sign-out",
    ])
    func `signing in leads nowhere else`(next: String) async throws {
        #expect(await browser.signIn("ana", try await code(), next: next).location == "/")
    }

    @Test func `a form needs the token of this browser`() async throws {
        _ = await browser.signIn("ana", try await code())
        #expect(await browser.post("/hello", []).status == 403)
        #expect(await browser.post("/hello", [("form_token", "x")]).status == 403)
        let other = Browser(routes, url: "https://tools.example")
        _ = try await people.add(name: "bob", role: .member)
        _ = await other.signIn("bob", try await code("bob"))
        let stolen = await other.get("/hello").formToken ?? ""
        #expect(await browser.post("/hello", [("form_token", stolen)]).status == 403)
        // The control: its own does.
        let own = await browser.get("/hello")
        #expect(await browser.submit(own, to: "/hello", []).text.contains("Done by ana"))
    }

    @Test func `nobody is signed in by a form of another browser`() async throws {
        // Else an attacker could have the victim enter their key under the attacker's name.
        let attacker = Browser(routes, url: "https://tools.example")
        let token = await attacker.get("/sign-in").formToken ?? ""
        _ = await browser.get("/sign-in")
        let values = [("name", "ana"), ("code", try await code()), ("form_token", token)]
        #expect(await browser.post("/sign-in", values.map { (name: $0.0, value: $0.1) }).status == 403)
    }

    @Test(arguments: ["https://evil.example", "null", "http://tools.example"])
    func `a form of another site is not taken`(origin: String) async throws {
        _ = await browser.signIn("ana", try await code())
        let token = await browser.get("/hello").formToken ?? ""
        #expect(await browser.post("/hello", [("form_token", token)], origin: origin).status == 403)
    }

    @Test func `pages answer at the public address only`() async throws {
        for authority in ["127.0.0.1:8484", "evil.example", "tools.example:81", "tools.example.evil.example"] {
            #expect(await browser.get("/sign-in", authority: authority).status == 421)
        }
        #expect(await browser.get("/sign-in", authority: "tools.example:443").status == 200)
    }

    @Test func `before the server listens there are no pages`() async throws {
        let routes = ConsoleRoutes(people: people, address: PublicAddress(), pages: [])
        #expect(await Browser(routes, url: "https://tools.example").get("/sign-in").status == 421)
    }

    @Test func `who signed out has to sign in again, with an old form too`() async throws {
        _ = await browser.signIn("ana", try await code())
        let cookie = try #require(browser.cookie)
        let page = await browser.get("/hello")
        #expect(await browser.submit(page, to: "/sign-out", []).location == "/sign-in")
        #expect(await browser.get("/hello").status == 303)
        // A copy of the cookie is worth nothing now.
        browser.setCookie(cookie)
        #expect(await browser.get("/hello").status == 303)
        #expect(await browser.submit(page, to: "/hello", []).status == 303)
    }

    @Test func `a link cannot sign anybody out`() async throws {
        _ = await browser.signIn("ana", try await code())
        _ = await browser.get("/sign-out")
        #expect(await browser.get("/hello").status == 200)
    }

    @Test func `a person who was removed is out at once`() async throws {
        _ = await browser.signIn("ana", try await code())
        let page = await browser.get("/hello")
        try await people.remove("ana")
        #expect(await browser.get("/hello").status == 303)
        #expect(await browser.submit(page, to: "/hello", []).status == 303)
    }

    @Test func `every answer forbids scripts, frames and copies`() async throws {
        let pages = [
            await browser.get("/sign-in"), await browser.get("/nothing"), await browser.get("/console.css"),
            await browser.get("/sign-in", authority: "evil.example"), await browser.post("/sign-in", []),
        ]
        for page in pages {
            let policy = page.fields["Content-Security-Policy"] ?? ""
            #expect(policy.contains("default-src 'none'"))
            #expect(policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe"))
            #expect(page.fields["X-Content-Type-Options"] == "nosniff")
            #expect(page.fields["Referrer-Policy"] == "same-origin")
            #expect(!page.text.contains("<script"))
            #expect(!page.text.contains("style="))
        }
        #expect(pages[0].fields["Cache-Control"] == "no-store")
    }

    @Test func `what comes in a URL cannot become markup`() async throws {
        let page = await browser.get("/sign-in?name=%22%3E%3Cscript%3E&next=%2F%22%3E%3Cscript%3E")
        #expect(page.status == 200)
        #expect(!page.text.contains("<script"))
    }

    @Test func `two cookies of the name are none`() async throws {
        _ = await browser.signIn("ana", try await code())
        let cookie = try #require(browser.cookie)
        browser.setCookie("x=y; " + cookie)
        #expect(await browser.get("/hello").status == 303)
    }

    @Test func `a form that is too large, or none, is refused`() async throws {
        let page = await browser.get("/sign-in")
        let large = [(name: "code", value: String(repeating: "x", count: 70_000))]
        #expect(await browser.submit(page, to: "/sign-in", large).status == 413)
    }
}

private struct Greeting: ConsolePage {
    let section = "hello"

    func respond(to visit: Visit) async -> HTTPResponse {
        guard let person = visit.person else { return visit.signIn() }
        guard visit.method == "GET" else { return visit.page("Done", "<p>Done by \(person.name)</p>") }
        return visit.page("Hello \(person.name)", visit.form("/hello", "<button>Do it</button>"))
    }
}
