package import HTTP
import Storage

/// The way to the server that owns a data folder.
package enum ControlSocket {
    /// Whether a process owns the folder now.
    package static func isOwned(dataFolder: String) -> Bool { DataFolder.owner(of: dataFolder) != nil }

    /// A client of that server; nil when none answers.
    ///
    /// - Parameters:
    ///   - dataFolder: The folder.
    ///   - transport: What sends requests.
    package static func client(
        dataFolder: String,
        transport: any HTTPTransport
    ) async -> ControlClient? {
        guard isOwned(dataFolder: dataFolder) else { return nil }
        let client = ControlClient(transport: transport, unixSocket: dataFolder + "/control.sock")
        guard let (status, _) = try? await client.exchange("GET", "/healthz"), status == 200 else { return nil }
        return client
    }
}
