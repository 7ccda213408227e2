import Basics
import Gateway
import JSON
import Storage
import Toolkits
import Workflows

extension Command {
    static let doctor = Command(
        path: ["doctor"],
        summary: "Check the installation, the data folder and the toolkits",
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            var checks: [(name: String, ok: Bool, detail: String)] = []
            do {
                let configuration = try invocation.configuration()
                checks.append(("home", true, configuration.home.path))
                let loaded = ToolkitLoader.loadAll(home: configuration.home.path)
                let errors = loaded.diagnostics.filter { $0.severity == .error }
                let names = loaded.toolkits.map { "\($0.name) (\($0.tools.count) tools)" }.joined(separator: ", ")
                checks.append(("toolkits", errors.isEmpty && !loaded.toolkits.isEmpty, names))
                for error in errors { checks.append(("toolkits", false, error.description)) }
                if let owner = DataFolder.owner(of: configuration.dataFolder) {
                    checks.append(("data", true, "\(configuration.dataFolder), in use by process \(owner)"))
                    if let problem = try await serverProblem(configuration) {
                        checks.append(("server", false, problem))
                    }
                } else {
                    let application = try await Application.open(configuration, wait: invocation.databaseWait)
                    if let problem = await application.keyProblem() { checks.append(("keys", false, problem)) }
                    await application.close()
                    checks.append(("data", true, configuration.dataFolder))
                }
                let zones = TimeZoneFolder()
                let count = zones.names().count
                let found = "\(count) time zones in \(zones.path)"
                checks.append(("zones", count > 1, count > 1 ? found : "none in \(zones.path): install tzdata"))
                let environment = invocation.environment
                let model =
                    environment["SWITCHBOARD_MODEL"] ?? environment["OPENAI_API_KEY"].map { _ in "OpenAI, by its key" }
                checks.append(("mail", true, try configuration.mailSummary()))
                checks.append(
                    ("model", true, model ?? "none: set SWITCHBOARD_MODEL or OPENAI_API_KEY; recordings work")
                )
            } catch {
                checks.append(("start", false, "\(error)"))
            }
            let ok = checks.allSatisfy(\.ok)
            if invocation.json {
                let list: [JSONValue] = checks.map {
                    ["check": .string($0.name), "ok": .bool($0.ok), "detail": .string($0.detail)]
                }
                invocation.terminal.print(JSONWriter.pretty(["ok": .bool(ok), "checks": .array(list)]))
            } else {
                for check in checks {
                    let mark = check.ok ? invocation.terminal.green("✓") : invocation.terminal.red("✗")
                    invocation.terminal.print("\(mark) \(check.name.padded(to: 10))\(check.detail)")
                }
            }
            return ok ? .done : .failed
        }
    )

    /// Why the server that owns the data folder is not ready; nil when it is, or does not answer.
    private static func serverProblem(_ configuration: Configuration) async throws -> String? {
        let drivers = try Drivers()
        let answer = try? await drivers.run {
            let folder = configuration.dataFolder
            let client = await ControlSocket.client(dataFolder: folder, transport: drivers.transport)
            return try? await client?.exchange("GET", "/readyz")
        }
        await drivers.stop()
        guard let answer, answer.status == 503 else { return nil }
        return (try? JSONParser.parse(answer.body))?["detail"]?.string ?? "The server is not ready."
    }
}
