package import Connections
package import HTTP
import ToolRouter

/// The front page: who is signed in, and what they have connected.
package struct HomePage: ConsolePage {
    package let section = ""
    private let connections: any ConnectionDirectory

    /// - Parameter connections: Where people's connections are found.
    package init(connections: any ConnectionDirectory) { self.connections = connections }

    package func respond(to visit: Visit) async -> HTTPResponse {
        guard let person = visit.person else { return visit.redirect("/sign-in") }
        let rows = connections.connections(of: person.name).map { connection -> HTML in
            let state: HTML =
                switch connection.state {
                case .active: "works"
                default: "has to be connected again"
                }
            return "<tr><td>\(connection.toolkit)</td><td>\(connection.label)</td><td>\(state)</td></tr>"
        }
        let table: HTML =
            rows.isEmpty
            ? "<p>You have connected no account yet. An agent that needs one gives you a link.</p>"
            : """
            <table><caption class="dim">Your connected accounts</caption>
            <thead><tr><th scope="col">System</th><th scope="col">Name</th><th scope="col">State</th></tr></thead>
            <tbody>
            \(rows)
            </tbody></table>
            """
        return visit.page("Hello, \(person.name)", table)
    }
}
