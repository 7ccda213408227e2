package import Basics

/// What the program was told: by options, by the environment, by where it lies.
package struct Configuration: Sendable {
    /// The version that is shown to people and protocols.
    package static let version = "0.1.0"

    package var environment: [String: String]
    package var home: Home
    /// Where data are kept; one process owns it.
    package var dataFolder: String
    /// Whether everything but the model is simulated.
    package var isSandbox: Bool
    /// Where the sandbox's clock starts; nil for its own beginning.
    package var now: Timestamp?
    /// Where links lead that are given to others; nil for the address that is listened on.
    package var publicURL: String?
    package var log: Log

    /// The user that commands and endpoints act for when none is named.
    package var defaultUser: String {
        isSandbox ? "sandbox" : environment["USER"].flatMap { $0.isEmpty ? nil : $0 } ?? "default"
    }

    /// Puts the configuration together.
    ///
    /// The sandbox has a data folder of its own inside the other, so that it can never touch real connections.
    ///
    /// - Throws: ``GatewayError`` when a folder cannot be found.
    package static func make(
        environment: [String: String],
        home: String?,
        data: String?,
        isSandbox: Bool,
        now: Timestamp? = nil,
        log: Log
    ) throws(GatewayError) -> Configuration {
        let found = try Home.find(explicit: home, environment: environment)
        let base: String
        if let chosen = data ?? environment["SWITCHBOARD_DATA"] {
            base = chosen
        } else {
            base = try Home.defaultDataFolder(environment: environment)
        }
        let isExplicit = data != nil
        return Configuration(
            environment: environment,
            home: found,
            dataFolder: isSandbox && !isExplicit ? base + "/sandbox" : base,
            isSandbox: isSandbox,
            now: now,
            publicURL: nil,
            log: log
        )
    }
}
