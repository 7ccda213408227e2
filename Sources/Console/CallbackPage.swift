import Connections
package import HTTP
package import ToolRouter

/// Where a vendor sends a person back to: `/oauth/callback`.
package struct CallbackPage: ConsolePage {
    package let section = "oauth"
    private let flow: ConnectFlow

    package init(flow: ConnectFlow) { self.flow = flow }

    package func respond(to visit: Visit) async -> HTTPResponse {
        guard visit.path == ["oauth", "callback"], visit.method == "GET" else {
            return visit.page("No such page", status: 404, "<p>There is nothing here.</p>")
        }
        do {
            let (outcome, link) = try await flow.finish(
                visit.query.pairs,
                person: visit.person,
                browser: visit.browser
            )
            switch outcome {
            case .connected(let record):
                let title = link.flatMap { flow.offer(for: $0)?.title } ?? record.toolkit
                return ConnectPage.connected(visit, title)
            case .over, .authorize: return ConnectPage.over(visit)
            case .refused(let reason):
                return visit.page(
                    "Not connected",
                    status: 403,
                    "<p class=\"notice error\" role=\"alert\">\(reason)</p>"
                )
            }
        } catch {
            return visit.page(
                "This did not work",
                status: 500,
                "<p class=\"notice error\">The server could not keep the connection. Begin again in a moment.</p>"
            )
        }
    }
}
