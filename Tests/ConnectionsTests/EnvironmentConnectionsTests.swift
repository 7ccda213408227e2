import Basics
import Connections
import Testing

@Suite struct EnvironmentConnectionsTests {
    private let schemes = [
        "acme-ats": AuthenticationScheme(
            placement: .header(name: "X-Key", prefix: "", field: "api_key"),
            fields: [
                AuthenticationScheme.Field(name: "api_key", title: "Key", description: "The key.", isSecret: true),
                AuthenticationScheme.Field(
                    name: "subdomain",
                    title: "Subdomain",
                    description: "The part before the domain.",
                    isHostLabel: true
                ),
            ]
        ),
        "beta": AuthenticationScheme(
            placement: .basic(username: "api_key", password: nil),
            fields: [AuthenticationScheme.Field(name: "api_key", title: "Key", description: "Key.", isSecret: true)]
        ),
    ]

    @Test func `variables named after toolkit and field make connections`() {
        let (connections, problems) = EnvironmentConnections.read(
            schemes: schemes,
            variables: [
                "ACME_ATS_API_KEY": "k1", "ACME_ATS_SUBDOMAIN": "lab", "BETA_API_KEY": "k2",
                "BETA_BASE_URL": "http://127.0.0.1:1", "OTHER_API_KEY": "k3",
            ]
        )
        #expect(problems.isEmpty)
        #expect(connections.map(\.id) == ["env_acme-ats", "env_beta"])
        #expect(connections[0].fields == ["subdomain": "lab"])
        #expect(connections[0].secrets == ["api_key": Secret("k1")])
        #expect(connections[0].baseURL == nil)
        #expect(connections[1].baseURL == "http://127.0.0.1:1")
    }

    @Test func `what is missing is named, and never the secret`() {
        let (connections, problems) = EnvironmentConnections.read(
            schemes: schemes,
            variables: ["ACME_ATS_API_KEY": "canary-1", "BETA_API_KEY": ""]
        )
        #expect(connections.isEmpty)
        #expect(problems.count == 1)
        #expect(problems.first?.message.contains("ACME_ATS_SUBDOMAIN") == true)
        #expect(problems.first?.message.contains("canary") == false)
    }
}
