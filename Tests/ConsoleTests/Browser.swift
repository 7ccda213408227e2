import Basics
import Console
import HTTP

/// A browser that keeps cookies, fills in forms and follows redirects only when told to.
final class Browser: Sendable {
    struct Page {
        var status: Int
        var text: String
        var fields: HTTPFields

        var location: String? { fields["Location"] }

        /// The token of the page's forms.
        var formToken: String? {
            guard let start = text.firstRange(of: "name=\"form_token\" value=\"") else { return nil }
            return String(text[start.upperBound...].prefix { $0 != "\"" })
        }
    }

    private let routes: ConsoleRoutes
    private let authority: String
    private let origin: String
    private let cookies = Locked<[String: String]>([:])

    init(_ routes: ConsoleRoutes, url: String) {
        self.routes = routes
        let parts = url.split(separator: "/", maxSplits: 3)
        authority = String(parts[1])
        origin = url
    }

    var cookie: String? { cookies.withLock { $0.map { "\($0.key)=\($0.value)" }.first } }
    func setCookie(_ pair: String) {
        let name = String(pair.prefix { $0 != "=" })
        cookies.withLock { $0[name] = String(pair.dropFirst(name.count + 1)) }
    }

    func get(_ target: String, authority other: String? = nil) async -> Page {
        await send(HTTPRequest(authority: other ?? authority, target: target, peer: "192.0.2.1"))
    }

    func post(
        _ target: String,
        _ values: [(name: String, value: String)],
        origin other: String? = nil,
        authority host: String? = nil
    ) async -> Page {
        await send(
            HTTPRequest(
                method: "POST",
                authority: host ?? authority,
                target: target,
                fields: ["Content-Type": "application/x-www-form-urlencoded", "Origin": other ?? origin],
                body: .bytes(Array(PercentEncoding.encodeForm(values).utf8)),
                peer: "192.0.2.1"
            )
        )
    }

    /// Fills in the form of a page that was shown.
    func submit(_ page: Page, to target: String, _ values: [(name: String, value: String)]) async -> Page {
        await post(target, values + [("form_token", page.formToken ?? "none")])
    }

    func signIn(_ name: String, _ code: String, next: String = "/") async -> Page {
        let page = await get("/sign-in")
        return await submit(page, to: "/sign-in", [("name", name), ("code", code), ("next", next)])
    }

    private func send(_ request: HTTPRequest) async -> Page {
        var request = request
        let pairs = cookies.withLock { $0.map { "\($0.key)=\($0.value)" } }
        if !pairs.isEmpty { request.fields["Cookie"] = pairs.joined(separator: "; ") }
        let response = await routes.respond(to: request)
        for value in response.fields.values("Set-Cookie") {
            let pair = value.prefix { $0 != ";" }
            let name = String(pair.prefix { $0 != "=" })
            let isGone = value.contains("Max-Age=0")
            cookies.withLock { $0[name] = isGone ? nil : String(pair.dropFirst(name.count + 1)) }
        }
        let bytes = (try? await response.body.collect(limit: 1 << 20)) ?? []
        return Page(status: response.status, text: String(decoding: bytes, as: UTF8.self), fields: response.fields)
    }
}
