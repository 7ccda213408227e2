package import HTTP

/// One of the simulated systems, with what somebody needs to use it.
package struct SimulatedSystem: Sendable {
    /// The name of the toolkit that it stands in for.
    package let toolkit: String
    package let handler: any HTTPHandler
    /// The secrets of an account that may do everything, by name.
    package let secrets: [String: String]
    /// What a connection needs besides secrets.
    package let fields: [String: String]
}

extension Sandbox {
    /// The names of the toolkits that the simulated systems stand in for.
    package static let toolkits = ["ashby", "pinpoint"]

    /// Every simulated system.
    package var systems: [SimulatedSystem] {
        [
            SimulatedSystem(
                toolkit: "ashby",
                handler: ashby,
                secrets: ["api_key": SandboxKeys.ashby, "webhook_secret": SandboxKeys.webhooks],
                fields: [:]
            ),
            SimulatedSystem(
                toolkit: "pinpoint",
                handler: pinpoint,
                secrets: ["api_key": SandboxKeys.pinpoint, "webhook_secret": SandboxKeys.webhooks],
                fields: ["subdomain": "sandbox"]
            ),
        ]
    }
}
