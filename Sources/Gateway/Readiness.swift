import Basics
import Connections
import HTTP
import JSON
import Storage
import ToolRouter

extension Application {
    /// Whether requests can be served now, as `/readyz` answers; 503 with what to do where they cannot.
    func readiness() async -> HTTPResponse {
        guard (try? await database.read { try $0.first("SELECT 1") }) != nil else {
            return Application.unready("storage", "The database cannot be read; see what the server has logged.")
        }
        if let problem = await keyProblem() { return Application.unready("vault_key", problem) }
        return .json(JSONWriter.bytes(of: ["ready": true]))
    }

    /// Why the vault's key is not the right one, and what to do; nil while nothing is lost by it.
    package func keyProblem() async -> String? {
        await Application.keyProblem(dataKeys, database, approvals.now)
    }

    /// The same before there is an application.
    ///
    /// A key is wrong when it does not open the data key that was made first: one that was made later may be from a start
    /// with a wrong key, and nobody misses it. It matters while there is something that it should open.
    static func keyProblem(_ keys: DataKeys, _ database: any Database, _ now: Timestamp) async -> String? {
        guard !keys.opensFirst else { return nil }
        let vault = keys.vault
        let lost = try? await database.read { transaction in
            let connections = try transaction.query("SELECT secrets AS sealed FROM connection")
            let approvals = try transaction.query(
                "SELECT seal AS sealed FROM approval WHERE used_at IS NULL AND expires_at > ?",
                .integer(now.milliseconds)
            )
            return try [("connections", connections), ("approvals that are open", approvals)].compactMap { name, rows in
                try rows.contains { !vault.hasKey(of: try $0.blob("sealed")) } ? name : nil
            }
        }
        guard let lost, !lost.isEmpty else { return nil }
        return "The vault's key is not the one that sealed " + lost.joined(separator: " and ")
            + ", so they cannot be used. Set SWITCHBOARD_KEY, or restore the key file, as it was, and start again. If that "
            + "key is lost, remove those connections and make new ones; the approvals expire by themselves."
    }

    private static func unready(_ reason: String, _ detail: String) -> HTTPResponse {
        .json(
            JSONWriter.bytes(of: ["ready": false, "reason": .string(reason), "detail": .string(detail)]),
            status: 503
        )
    }
}
