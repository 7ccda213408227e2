import ATSSandbox
import Basics
import Gateway
import Glibc
import HTTP
import JSON

/// A simulated Pinpoint in this process, and real children that write to it and are killed.
final class KillBench: Sendable {
    /// Longer than the simulated system works, and than its lists lag, taken together, also on a busy machine.
    static let settle = 1.0

    let sandbox: Sandbox
    private let program: ProgramRun
    private let drivers: Drivers
    private let servers: SandboxServers
    private let home: String

    /// - Parameter settle: The settle times in seconds that the toolkit says.
    init(settle: Double = KillBench.settle) async throws {
        program = ProgramRun()
        home = program.folder + "/home"
        drivers = try Drivers(loops: 1)
        sandbox = Sandbox(clock: SystemClock(), candidates: 1)
        servers = try await SandboxServers.start(sandbox, loops: drivers.loops)
        let folder = home + "/toolkits/pinpoint"
        for path in [home, home + "/toolkits", folder, home + "/agents"] { mkdir(path, 0o700) }
        let source = ProgramRun.home + "/toolkits/pinpoint/"
        guard symlink(source + "openapi.json", folder + "/openapi.json") == 0,
            var toolkit = try JSONParser.parse(try TextFile.read(source + "toolkit.json")).object
        else { throw SystemError("link the toolkit to \(folder)") }
        // Children start often, and a few tools are read faster than all of them.
        let kept = ["list_all_pinpoint_jobs", "list_all_pinpoint_comments", "create_a_pinpoint_comment"]
        toolkit["tools"] = .array(
            (toolkit["tools"]?.array ?? []).filter { tool in tool["name"]?.string.map(kept.contains) ?? false }
        )
        toolkit["settle"] = ["answered": .double(settle), "silent": .double(settle)]
        try TextFile.write(JSONWriter.bytes(of: .object(toolkit)), to: folder + "/toolkit.json")
    }

    /// A child that makes a write, or goes on with it.
    ///
    /// - Parameters:
    ///   - item: The name of the write, and its text.
    ///   - data: The name of its data folder; one child at a time may use it.
    ///   - fault: Where it kills itself.
    func start(_ item: String, data: String, fault: String? = nil) throws -> ChildProcess {
        let pinpoint = servers.served.first { $0.system.toolkit == "pinpoint" }
        var environment = [
            "HOME": "/nonexistent", "USER": "tester", "PINPOINT_SUBDOMAIN": "sandbox",
            "PINPOINT_API_KEY": pinpoint?.system.secrets["api_key"] ?? "", "PINPOINT_BASE_URL": pinpoint?.baseURL ?? "",
        ]
        environment["SWITCHBOARD_FAULT"] = fault
        environment["CHILD_LOG"] = getenv("SWITCHBOARD_CHILD_LOG").map { String(cString: $0) }
        let words = [
            "tools", "call", "create_a_pinpoint_comment", "commentable_id=5566", "commentable_type=applications",
            "body_text=\(item).", "--once", item, "--home", home, "--data", program.folder + "/" + data,
        ]
        return try ChildProcess(words, environment: environment)
    }

    /// Starts children until one of them says that the write is done; false when that takes more than ten.
    func finish(_ item: String, data: String, fault: String? = nil) async throws -> Bool {
        for _ in 0..<10 {
            if try await start(item, data: data, fault: fault).end() == .exited(0) { return true }
            // What was refused says when to come back, in whole seconds.
            if fault == nil { try await Task.sleep(for: .seconds(1)) }
        }
        return false
    }

    /// How often each item was written.
    func counts(of items: [String]) async throws -> [Int] {
        var texts: [String] = []
        // Not from a list, which may lag.
        for write in try await get("/_sandbox/writes")["writes"]?.array ?? [] {
            guard write["operation"]?.string?.hasPrefix("comment") == true else { continue }
            let id = write["id"]?.string ?? write["id"]?.number?.text ?? ""
            let comment = try await get("/api/v1/comments/" + id)
            texts.append(comment["data"]?["attributes"]?["body_text"]?.string ?? "")
        }
        return items.map { item in texts.count { $0.hasPrefix(item + ".") } }
    }

    private func get(_ target: String) async throws -> JSONValue {
        let request = HTTPRequest(
            method: "GET",
            target: target,
            fields: ["X-API-KEY": SandboxKeys.pinpoint],
            body: .empty
        )
        let response = await sandbox.pinpoint.respond(to: request)
        return try JSONParser.parse(try await response.body.collect(limit: 16 << 20))
    }

    func close() async {
        await servers.stop()
        await drivers.stop()
        program.remove()
    }
}
