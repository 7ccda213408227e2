import Basics
import Console
import ToolRouter

extension Application {
    /// The pages of the console, besides those to sign in and out.
    var pages: [any ConsolePage] {
        let flow = ConnectFlow(
            links: connectLinks,
            people: people,
            administration: administration,
            address: address
        ) { [endpoints, router, log = configuration.log] old, new in
            do throws(RouterError) {
                try await endpoints.replace(connection: old, with: new, catalog: router.catalog)
            } catch {
                log.error("an endpoint still names a connection that was replaced", ["error": error.message])
            }
        }
        return [
            HomePage(connections: connections), ConnectPage(flow: flow), CallbackPage(flow: flow),
            ApprovalsPage(store: approvals),
        ]
    }

    /// Signing in with the identity provider that the environment names; nil for codes only.
    var openID: OpenIDSignIn? {
        do {
            guard let settings = try OpenIDSettings.read(configuration.environment) else { return nil }
            return OpenIDSignIn(
                settings: settings,
                people: people,
                address: address,
                transport: drivers.transport
            )
        } catch {
            configuration.log.error("people sign in with codes only", ["error": error.message])
            return nil
        }
    }
}
