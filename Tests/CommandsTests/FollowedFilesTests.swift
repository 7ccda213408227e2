import Basics
import Gateway
import Glibc
import HTTP
import JSON
import Testing

/// A server beside whose work somebody edits the folder `workflows/`.
@Suite struct FollowedFilesTests {
    private struct TooLate: Error {}

    private let program: ProgramRun

    init() {
        var program = ProgramRun()
        program.home = program.folder + "/home"
        mkdir(program.home, 0o700)
        mkdir(program.home + "/workflows", 0o700)
        for name in ["toolkits", "agents"] { symlink(ProgramRun.home + "/" + name, program.home + "/" + name) }
        self.program = program
    }

    /// A workflow that waits for a word, and then gives another one.
    private func write(_ name: String, version: Int, gives word: String) throws {
        let text = """
            {"workflow": "\(name)", "version": \(version), "title": "Version \(version)", "input": {"type": "object"},
             "limits": {"writes": 0},
             "steps": [{"wait": {"signal": "go", "max": "PT1H"}}, {"return": "\(word)"}]}
            """
        _ = try program.write(text, to: "home/workflows/\(name).json")
    }

    private func serve<Result: Sendable>(
        _ body: (ControlClient, _ tools: () async throws -> [String: String]) async throws -> Result
    ) async throws -> Result {
        let application = try await Application.open(program.configuration(isSandbox: true))
        let outcome: Swift.Result<Result, any Error>
        do {
            let server = try await application.serve(host: "127.0.0.1", port: 0)
            let url = server.sandboxEndpoint ?? ""
            do {
                let result = try await body(application.controlClient) {
                    try await FollowedFilesTests.tools(url, application.drivers.transport)
                }
                outcome = .success(result)
            } catch {
                outcome = .failure(error)
            }
            await server.stop(within: 1)
        } catch {
            outcome = .failure(error)
        }
        await application.close()
        return try outcome.get()
    }

    /// The titles of the workflows' tools, as MCP clients see them.
    private static func tools(_ url: String, _ transport: any HTTPTransport) async throws -> [String: String] {
        var request = try HTTPRequest(
            method: "POST",
            url: url,
            fields: ["Content-Type": "application/json", "MCP-Protocol-Version": "2025-11-25"]
        )
        request.body = .bytes(Array(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#.utf8))
        let response = try await transport.send(request, options: HTTPRequestOptions())
        let reply = try JSONParser.parse(try await response.body.collect(limit: 16 << 20))
        var titles: [String: String] = [:]
        for tool in reply["result"]?["tools"]?.array ?? [] {
            guard let name = tool["name"]?.string, name.hasPrefix("workflow_") else { continue }
            titles[String(name.dropFirst("workflow_".count))] = tool["title"]?.string
        }
        return titles
    }

    /// Looks until something is so; the server looks at its files every two seconds.
    private func until(_ isSo: () async throws -> Bool) async throws {
        for _ in 0..<600 {
            if try await isSo() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw TooLate()
    }

    private func start(_ client: ControlClient) async throws -> String {
        let run = try await client.send("POST", "/v1/runs", body: ["workflow": "pinned", "wait": 30])
        #expect(run["state"] == "waiting")
        return run["id"]?.string ?? ""
    }

    private func finish(_ client: ControlClient, _ run: String) async throws -> JSONValue? {
        let ended = try await client.send("POST", "/v1/runs/\(run)/signal", body: ["name": "go", "wait": 30])
        #expect(ended["state"] == "done")
        return ended["result"]
    }

    @Test func `files are followed while the server runs, and open runs keep the text that they began with`()
        async throws
    {
        defer { program.remove() }
        try write("pinned", version: 1, gives: "one")
        let runs = try await serve { (client, tools) async throws in
            #expect(try await tools() == ["pinned": "Version 1"])
            let first = try await start(client)

            try write("pinned", version: 2, gives: "two")
            try write("added", version: 1, gives: "new")
            try await until { try await tools() == ["pinned": "Version 2", "added": "Version 1"] }
            let second = try await start(client)

            _ = try program.write(#"{"workflow": "pinned", "version": 3, "#, to: "home/workflows/pinned.json")
            try await until {
                let problems = try await client.send("GET", "/v1/workflows")["problems"]?.array ?? []
                return problems.contains { $0.string?.contains("pinned.json:1") == true }
            }
            #expect(try await tools() == ["pinned": "Version 2", "added": "Version 1"])
            let third = try await start(client)
            #expect(try await finish(client, first) == "one")

            unlink(program.home + "/workflows/added.json")
            try await until { try await tools() == ["pinned": "Version 2"] }
            return [second, third]
        }
        // Neither a restart nor a file that is gone matters to a run that has begun.
        unlink(program.home + "/workflows/pinned.json")
        try await serve { (client, tools) async throws in
            #expect(try await tools() == [:])
            for run in runs { #expect(try await finish(client, run) == "two") }
            let refused = await #expect(throws: ControlError.self) {
                try await client.send("POST", "/v1/runs", body: ["workflow": "pinned"])
            }
            #expect(refused?.status == 404)
        }
    }
}
