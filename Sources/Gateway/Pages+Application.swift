import Console
import ToolRouter

extension Application {
    /// The pages of the console, besides those to sign in and out.
    var pages: [any ConsolePage] {
        let flow = ConnectFlow(links: connectLinks, people: people, administration: administration, address: address)
        return [HomePage(connections: connections), ConnectPage(flow: flow), CallbackPage(flow: flow)]
    }
}
