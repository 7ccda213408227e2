import Basics
import Connections
import Testing

@Suite struct CompositeConnectionSourceTests {
    @Test func `a stored connection comes before the environment's, and a refused one is not replaced unnoticed`()
        async throws
    {
        func fixed(_ id: String) -> FixedConnections {
            FixedConnections(
                [AuthorizedConnection(id: id, toolkit: "beta", secrets: ["api_key": Secret(id)])],
                label: id,
                howToRenew: "Set BETA_API_KEY anew."
            )
        }
        let (stored, environment) = (fixed("conn_1"), fixed("env_beta"))
        let both = CompositeConnectionSource([stored, environment])
        #expect(try await both.connection(user: "ada", toolkit: "beta", id: nil).id == "conn_1")
        #expect(try await both.connection(user: "ada", toolkit: "beta", id: "env_beta").id == "env_beta")
        #expect(both.connections(of: "ada").map(\.id) == ["conn_1", "env_beta"])
        #expect(both.status(user: "ada", toolkit: "beta") == .active)
        #expect(both.status(user: "ada", toolkit: "none") == .missing)
        await both.refused(connection: "conn_1", status: 401)
        let error = await #expect(throws: ConnectionError.self) {
            try await both.connection(user: "ada", toolkit: "beta", id: nil)
        }
        #expect(error?.code == .needsReauthorization)
        #expect(error?.message.contains("Set BETA_API_KEY anew.") == true)
        let missing = await #expect(throws: ConnectionError.self) {
            try await both.connection(user: "ada", toolkit: "gamma", id: nil)
        }
        #expect(missing?.code == .missing)
        #expect(missing?.message.contains("switchboard connections add gamma") == true)
    }
}
