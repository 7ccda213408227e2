import Basics
package import HTTP
package import ToolRouter
import Connections

/// The page behind a connect link: `/connect/{link}`.
package struct ConnectPage: ConsolePage {
    package let section = "connect"
    private let flow: ConnectFlow

    package init(flow: ConnectFlow) { self.flow = flow }

    package func respond(to visit: Visit) async -> HTTPResponse {
        // Nobody who is not signed in learns which links there are.
        guard let person = visit.person else { return visit.signIn() }
        do {
            guard visit.path.count == 2, let link = try await flow.links.link(token: visit.path[1]) else {
                return visit.page("No such link", status: 404, ConnectPage.gone)
            }
            guard link.user == person.name else {
                return visit.forbidden(
                    "This link was made for \(link.user), and you are signed in as \(person.name). Nothing was connected."
                )
            }
            return try await answer(visit, link, person)
        } catch {
            return visit.page(
                "This did not work",
                status: 500,
                "<p class=\"notice error\">The server could not keep the connection. Try again in a moment.</p>"
            )
        }
    }

    package func subject(of visit: Visit) async -> String? {
        // The id, since the path holds the link's secret.
        guard visit.person != nil, visit.path.count == 2 else { return nil }
        return (try? await flow.links.link(token: visit.path[1]))?.id
    }

    private func answer(_ visit: Visit, _ link: ConnectLink, _ person: Person) async throws -> HTTPResponse {
        guard let offer = flow.offer(for: link) else {
            return visit.page(
                "No such system",
                status: 404,
                "<p>The toolkit \(link.toolkit) is not offered any more.</p>"
            )
        }
        switch link.state {
        case .open: break
        case .expired: return ConnectPage.over(visit)
        case .connected:
            return visit.method == "GET" ? ConnectPage.connected(visit, offer.title) : ConnectPage.over(visit)
        }
        guard visit.method == "POST" else { return form(visit, link, offer) }
        var values: [String: String] = [:]
        for field in offer.fields {
            // What people copy has spaces and line ends around it.
            values[field.name] = visit.form[ConnectPage.input(field)].map(ConnectPage.trimmed)
        }
        switch try await flow.connect(link, person: person, values: values, browser: visit.browser) {
        case .connected: return visit.redirect("/connect/" + PercentEncoding.encode(visit.path[1]))
        case .over: return ConnectPage.over(visit)
        case .refused(let reason): return form(visit, link, offer, values, error: reason)
        case .authorize(let url): return ConnectPage.leave(visit, offer.title, url)
        }
    }

    // MARK: What is shown

    private func form(
        _ visit: Visit,
        _ link: ConnectLink,
        _ offer: ConnectFlow.Offer,
        _ values: [String: String] = [:],
        error: String? = nil
    ) -> HTTPResponse {
        let notice: HTML? = error.map {
            "<p class=\"notice error\" role=\"alert\">Nothing was connected. \($0)</p>"
        }
        let more: HTML? = offer.documentation.flatMap { url in
            url.hasPrefix("https://")
                ? "<p><a href=\"\(url)\" rel=\"noreferrer\">What \(offer.title) says about it</a></p>" : nil
        }
        let destination: HTML? = link.baseURL.map {
            "<p class=\"notice\">What you enter is sent to <code>\($0)</code>, a program on this server's machine.</p>"
        }
        let fields: HTML = """
            \(offer.fields.map { ConnectPage.field($0, values[$0.name]) })
            <button>\(offer.isOAuth ? "Go on" : "Connect")</button>
            """
        let kept: HTML =
            offer.isOAuth
            ? "You will be asked by \(offer.title) whether you allow it."
            : "It is tried once, then kept encrypted; nobody is shown it again, neither the agent nor a model."
        return visit.page(
            "Connect \(offer.title)",
            status: error == nil ? 200 : 422,
            """
            \(notice)
            <p>An agent that works for you, \(link.user), asks for your account. \(offer.description)</p>
            <p class="dim">\(kept) This link is good until \(ConnectPage.time(link.expiresAt)).</p>
            \(more)\(destination)
            \(visit.form("/connect/" + PercentEncoding.encode(visit.path[1]), fields))
            """
        )
    }

    private static func field(_ field: AuthenticationScheme.Field, _ value: String?) -> HTML {
        let name = input(field)
        let optional: HTML? = field.isRequired ? nil : " <span class=\"dim\">(optional)</span>"
        let required: HTML? = field.isRequired ? " required" : nil
        // A secret is typed unseen and never sent back.
        let kind: HTML =
            field.isSecret
            ? "type=\"password\" autocomplete=\"off\"" : "type=\"text\" autocomplete=\"off\" value=\"\(value ?? "")\""
        return """
            <div class="field"><label for="\(name)">\(field.title)\(optional)</label>
            <p class="dim" id="\(name)-help">\(field.description)</p>
            <input id="\(name)" name="\(name)" \(kind) maxlength="4096" spellcheck="false" aria-describedby="\(name)-help"\
            \(required)></div>
            """
    }

    static func connected(_ visit: Visit, _ title: String) -> HTTPResponse {
        visit.page(
            "\(title) is connected",
            """
            <p class="notice good" role="status">The account was tried and works.</p>
            <p>You can close this page and tell your agent to go on.</p>
            """
        )
    }

    static func over(_ visit: Visit) -> HTTPResponse {
        visit.page(
            "This link is over",
            status: 410,
            """
            <p class="notice error">It was used already or its ten minutes have passed. Nothing was connected now.</p>
            <p>Ask your agent for a new one.</p>
            """
        )
    }

    private static func leave(_ visit: Visit, _ title: String, _ url: String) -> HTTPResponse {
        // A link and not a redirect: the policy lets forms lead nowhere but here.
        let host = (try? HTTPRequest(url: url)).map { String($0.authority) } ?? ""
        return visit.page(
            "Go on at \(title)",
            """
            <p>\(title) asks you at <code>\(host)</code> whether you allow it, and sends you back here.</p>
            <p><a href="\(url)" rel="noreferrer">Go on at \(title)</a></p>
            """
        )
    }

    private static let gone: HTML = "<p>This link was never made, or is long over. Ask your agent for a new one.</p>"

    private static func input(_ field: AuthenticationScheme.Field) -> String { "field_" + field.name }

    private static func time(_ instant: Timestamp) -> String { instant.iso8601.dropFirst(11).prefix(5) + " UTC" }

    private static func trimmed(_ text: String) -> String {
        var rest = text[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
