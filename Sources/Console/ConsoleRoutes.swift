import Basics
package import HTTP
package import ToolRouter

/// The web pages: who may see one, and which one it is.
///
/// Pages answer only at the public address, whatever a request claims, and only forms of their own are taken: a POST
/// needs the token that is made of the browser's cookie, and no foreign `Origin`.
package struct ConsoleRoutes: HTTPHandler {
    private let people: PeopleStore
    private let address: PublicAddress
    private let pages: [String: any ConsolePage]
    private let audit: PageAudit?

    private static let maximumFormSize = 64 << 10

    /// Makes the routes.
    ///
    /// - Parameters:
    ///   - people: Who may sign in.
    ///   - address: Where the pages are.
    ///   - openID: The identity provider to sign in with; nil for codes only.
    ///   - pages: The pages besides those to sign in and out; of two of the same section the first one counts.
    ///   - audit: Is told what people do; nil to write nothing down.
    package init(
        people: PeopleStore,
        address: PublicAddress,
        openID: OpenIDSignIn? = nil,
        pages: [any ConsolePage],
        audit: PageAudit? = nil
    ) {
        self.audit = audit
        self.people = people
        self.address = address
        let all: [any ConsolePage] = [SignInPage(people: people, openID: openID), SignOutPage(people: people)] + pages
        self.pages = Dictionary(all.map { ($0.section, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether a path belongs to the pages.
    package func serves(_ path: Substring) -> Bool {
        path == StyleSheet.path || pages[ConsoleRoutes.section(path)] != nil
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        var response = await answer(request)
        for (name, value) in ConsoleRoutes.protection where response.fields[name] == nil {
            response.fields[name] = value
        }
        return response
    }

    private static func section(_ path: Substring) -> String {
        String(path.dropFirst().prefix { $0 != "/" })
    }

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        guard let url = address.url, address.isOwn(authority: request.authority) else {
            let hint = address.url.map { " They are at \($0)/." } ?? ""
            return .text("The pages are not served at this address.\(hint)\n", status: 421)
        }
        guard address.isTrustworthy else {
            return .text("Signing in needs https: start the server with --public-url https://….\n", status: 421)
        }
        guard request.method == "GET" || request.method == "POST" else {
            return HTTPResponse(status: 405, fields: ["Allow": "GET, POST"])
        }
        if request.path == StyleSheet.path { return StyleSheet.response }
        guard let page = pages[ConsoleRoutes.section(request.path)] else {
            return .text("There is no such page. Begin at \(url)/.\n", status: 404)
        }
        let cookie = BrowserCookie(address: address)
        let brought = cookie.read(request.fields)
        let visit: Visit
        switch await self.visit(request, brought) {
        case .success(let made): visit = made
        case .failure(let refusal): return refusal.response
        }
        let start = monotonicNanoseconds()
        var response = await page.respond(to: visit)
        await write(visit, page, response, nanoseconds: monotonicNanoseconds() - start)
        // A browser that has none yet needs one for its forms; signing in and out set their own.
        if brought == nil, response.fields["Set-Cookie"] == nil {
            response.fields["Set-Cookie"] = cookie.set(visit.browser)
        }
        return response
    }

    /// Writes down an act: a form that was sent, or somebody who came back from a vendor or an identity provider.
    private func write(_ visit: Visit, _ page: any ConsolePage, _ response: HTTPResponse, nanoseconds: UInt64) async {
        let isCallback = visit.path.count == 2 && visit.path[1] == "callback"
        guard let audit, visit.method == "POST" || isCallback else { return }
        var person = visit.person?.name
        if page.section == "sign-in", let cookie = response.fields["Set-Cookie"] {
            // Who it turned out to be.
            let brought = BrowserCookie(address: address).read(["Cookie": String(cookie.prefix { $0 != ";" })])
            person = brought.flatMap { people.session($0)?.person.name } ?? person
        }
        await audit.record(
            section: page.section,
            verb: visit.form["decision"].flatMap { ["approve", "reject"].contains($0) ? $0 : nil },
            person: person,
            object: await page.subject(of: visit),
            status: response.status,
            nanoseconds: nanoseconds
        )
    }

    private struct Refusal: Error {
        var response: HTTPResponse
    }

    private func visit(_ request: HTTPRequest, _ brought: BrowserToken?) async -> Result<Visit, Refusal> {
        var path: [String] = []
        for part in request.path.split(separator: "/") {
            guard let text = PercentEncoding.decode(part) else {
                return .failure(Refusal(response: .text("The address cannot be read.\n", status: 400)))
            }
            path.append(text)
        }
        let browser = brought ?? BrowserToken()
        func make(_ form: FormFields) -> Visit {
            Visit(
                method: request.method,
                path: path,
                query: FormFields(request.query),
                form: form,
                person: brought.flatMap { people.session($0)?.person },
                peer: request.peer,
                target: request.target,
                browser: browser,
                address: address
            )
        }
        guard request.method == "POST" else { return .success(make(FormFields(""))) }
        if let origin = request.fields["Origin"], !HTTPFields.equal(origin, address.origin ?? "") {
            return .failure(Refusal(response: .text("Forms of other sites are not taken.\n", status: 403)))
        }
        let type = (request.fields["Content-Type"] ?? "").prefix { $0 != ";" }.lowercased()
        guard type == "application/x-www-form-urlencoded" else {
            return .failure(Refusal(response: .text("Only forms are taken here.\n", status: 415)))
        }
        guard let bytes = try? await request.body.collect(limit: ConsoleRoutes.maximumFormSize),
            let text = String(validating: bytes, as: UTF8.self)
        else { return .failure(Refusal(response: .text("The form is too large, or no text.\n", status: 413))) }
        let visit = make(FormFields(text))
        guard let token = visit.form[Visit.tokenField], browser.accepts(formToken: token) else {
            let page = visit.page(
                "This form is out of date",
                status: 403,
                """
                <p class="notice error">Nothing was done. The form was not made for this browser, or you have signed in or
                out since it was shown.</p>
                <p>If that happens again, the browser keeps no cookie from here: over plain http on this machine Safari
                does not, while Chromium and Firefox do.</p>
                <p><a href="\(visit.link("/"))">Begin anew</a></p>
                """
            )
            return .failure(Refusal(response: page))
        }
        return .success(visit)
    }

    // `same-origin` and not `no-referrer`: the latter makes browsers send `Origin: null` with every form. Addresses of
    // pages stay within this site either way.
    private static let protection = [
        (
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; "
                + "base-uri 'none'"
        ),
        ("Referrer-Policy", "same-origin"), ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
        ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"), ("Cache-Control", "no-store"),
    ]
}
