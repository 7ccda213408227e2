import Basics
import HTTP
import ToolRouter

/// Where a person signs in: with a code from the command line, or with an identity provider.
struct SignInPage: ConsolePage {
    let section = "sign-in"
    private let people: PeopleStore
    private let openID: OpenIDSignIn?
    private let clock: any WallClock
    private let limiter = AttemptLimiter()

    init(people: PeopleStore, openID: OpenIDSignIn?, clock: any WallClock = SystemClock()) {
        self.people = people
        self.openID = openID
        self.clock = clock
    }

    func respond(to visit: Visit) async -> HTTPResponse {
        if let openID, visit.method == "GET", visit.path.count == 2 {
            switch visit.path[1] {
            case "openid": return await begin(openID, visit)
            case "callback": return await finish(openID, visit)
            default: break
            }
        }
        guard visit.path.count == 1 else { return visit.redirect("/sign-in") }
        guard visit.method == "POST" else {
            let next = SignInPage.local(visit.query["next"])
            if visit.person != nil { return visit.redirect(next) }
            return form(visit, name: visit.query["name"] ?? "", next: next)
        }
        let name = visit.form["name"] ?? ""
        let next = SignInPage.local(visit.form["next"])
        let now = clock.now()
        guard limiter.mayTry(visit.peer, at: now) else {
            var response = form(visit, name: name, next: next, status: 429, error: "Too many attempts. Wait a minute.")
            response.fields["Retry-After"] = "60"
            return response
        }
        do {
            guard let (token, session) = try await people.signIn(name: name, code: visit.form["code"] ?? "") else {
                limiter.failed(visit.peer, at: now)
                let error = """
                    Name and code do not belong together, or the code is no longer good: it lasts ten minutes, works once, and \
                    ends after \(SignInCode.attempts) wrong attempts.
                    """
                return form(visit, name: name, next: next, status: 403, error: error)
            }
            return try await begun(visit, token, session, next: next)
        } catch {
            return form(visit, name: name, next: next, status: 500, error: "You could not be signed in. Try again.")
        }
    }

    /// The browser gets its new secret; a session that it had before is over.
    private func begun(
        _ visit: Visit,
        _ token: BrowserToken,
        _ session: PersonSession,
        next: String
    ) async throws -> HTTPResponse {
        if visit.person != nil { try await people.signOut(visit.browser) }
        var response = visit.redirect(next)
        let seconds = Double(session.expiresAt.milliseconds - clock.now().milliseconds) / 1000
        response.fields["Set-Cookie"] = BrowserCookie(address: visit.address).set(token, seconds: seconds)
        return response
    }

    private func begin(_ openID: OpenIDSignIn, _ visit: Visit) async -> HTTPResponse {
        let next = SignInPage.local(visit.query["next"])
        guard let url = await openID.begin(next: next, browser: visit.browser) else {
            return form(
                visit,
                name: "",
                next: next,
                status: 502,
                error: "The identity provider cannot be reached. Try again, or sign in with a code."
            )
        }
        return HTTPResponse(status: 303, fields: ["Location": url])
    }

    private func finish(_ openID: OpenIDSignIn, _ visit: Visit) async -> HTTPResponse {
        do {
            switch try await openID.finish(visit.query.pairs, browser: visit.browser) {
            case .signedIn(let token, let session, let next):
                return try await begun(visit, token, session, next: next)
            case .refused(let reason): return form(visit, name: "", next: "/", status: 403, error: reason)
            }
        } catch {
            return form(visit, name: "", next: "/", status: 500, error: "You could not be signed in. Try again.")
        }
    }

    private func form(
        _ visit: Visit,
        name: String,
        next: String,
        status: Int = 200,
        error: String? = nil
    ) -> HTTPResponse {
        let notice: HTML? = error.map { "<p class=\"notice error\" role=\"alert\">\($0)</p>" }
        let fields: HTML = """
            <input type="hidden" name="next" value="\(next)">
            <div class="field"><label for="name">Name</label>
            <input id="name" name="name" value="\(name)" maxlength="64" required autocomplete="username"></div>
            <div class="field"><label for="code">Code</label>
            <p class="dim" id="code-help">Whoever runs this server makes one with
            <code>switchboard people sign-in NAME</code>.</p>
            <input id="code" name="code" maxlength="40" required autocomplete="one-time-code" autocapitalize="characters"
            spellcheck="false" aria-describedby="code-help"></div>
            <button>Sign in</button>
            """
        let provider: HTML? = openID.map { _ in
            """
            <p><a href="\(visit.link("/sign-in/openid?next=" + PercentEncoding.encode(next)))">Sign in with your
            organisation's account</a>, or with a code:</p>
            """
        }
        return visit.page("Sign in", status: status, "\(notice)\(provider)\(visit.form("/sign-in", fields))")
    }

    /// A path of this server to go to; the front page for anything that might lead elsewhere.
    static func local(_ next: String?) -> String {
        guard let next, next.hasPrefix("/"), !next.hasPrefix("//"), next.utf8.count <= 2000,
            next.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x5C }), !next.hasPrefix("/sign-")
        else { return "/" }
        return next
    }
}
