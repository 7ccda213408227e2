import Basics
import Commands
import CurlTransport
import Gateway
import Glibc
import HTTP
import JSON
import Storage
import Testing
import ToolRouter
import Tools

@Suite struct DataFolderCommandTests {
    @Test func `an endpoint is made, listed, changed and deleted`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let made = await program.run("endpoints create --name one --toolkits pinpoint --methods read --json")
        #expect(made.status == .done)
        let endpoint = try JSONParser.parse(made.out)
        let id = try #require(endpoint["id"]?.string)
        let url = try #require(endpoint["url"]?.string)
        let token = try #require(url.split(separator: "/").last)
        let shown = await program.run("endpoints show \(id)")
        #expect(shown.status == .done && !shown.out.contains(token), "the token is shown once")
        #expect(try JSONParser.parse(shown.out)["methods"] == ["read"])
        #expect(await program.run("endpoints update \(id) --methods read,write").status == .done)
        #expect(try JSONParser.parse(await program.run("endpoints show \(id)").out)["version"] == 2)
        #expect(await program.run("endpoints delete \(id)").status == .done)
        let gone = await program.run("endpoints show \(id)")
        #expect(gone.status == .failed && gone.err.contains(id))
    }

    @Test func `an endpoint whose row is damaged is said to be there, and can be deleted`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let made = await program.run("endpoints create --name one --json")
        let id = try #require(try JSONParser.parse(made.out)["id"]?.string)
        let database = try await SQLiteDatabase.open(program.folder + "/data/switchboard.db")
        try await database.write { try $0.execute("UPDATE endpoint SET policy = '{'") }
        await database.close()
        let shown = await program.run("endpoints show \(id)")
        #expect(shown.status == .failed && shown.out == "")
        #expect(shown.err.contains("cannot be read") && shown.err.contains("switchboard endpoints delete \(id)"))
        #expect(await program.run("endpoints update \(id) --name two").err.contains("endpoints delete \(id)"))
        #expect(await program.run("endpoints delete \(id)").status == .done)
        #expect(await program.run("endpoints show \(id)").err.contains("There is no endpoint \(id)"))
    }

    @Test func `a policy that leaves no tool is refused`() async {
        let program = ProgramRun()
        defer { program.remove() }
        let output = await program.run("endpoints create --name none --tags no-such-tag")
        #expect(output.status == .failed && output.out == "")
        #expect(output.err.hasPrefix("switchboard: "))
    }

    @Test func `a data folder that cannot be written is named on one line`() async throws {
        var program = ProgramRun()
        defer { program.remove() }
        let file = try program.write("", to: "file")
        program.variables["SWITCHBOARD_DATA"] = file
        let output = await program.run("endpoints list")
        #expect(output.status == .failed && output.out == "")
        #expect(output.err == "switchboard: \(file) is not a folder; choose another with SWITCHBOARD_DATA\n")
    }

    @Test func `two processes do not share a data folder, and the second one asks the first`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let configuration = try Configuration.make(
            environment: ["SWITCHBOARD_HOME": ProgramRun.home, "USER": "tester"],
            home: nil,
            data: program.folder + "/data",
            isSandbox: false,
            log: .none
        )
        let application = try await Application.open(configuration)
        await #expect(throws: (any Error).self) { _ = try await Application.open(configuration) }
        let server = try await application.serve(host: "127.0.0.1", port: 0)
        // This command reaches the running server by its socket: the folder is locked for anybody else.
        let made = await program.run("endpoints create --name shared --json")
        #expect(made.status == .done && made.err == "")
        #expect(application.endpoints.all.map(\.name) == ["shared"])
        let url = try #require(try JSONParser.parse(made.out)["url"]?.string)
        #expect(url.hasPrefix(server.address + "/mcp/"))
        await server.stop(within: 0)
        await application.close()
    }

    @Test func `a command that lasts lets others use its data folder`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let application = try await Application.open(try program.configuration())
        let output = await application.withControlSocket { await program.run("endpoints list") }
        #expect(output.status == .done && output.err == "")
        #expect(await program.run("endpoints list").status == .failed, "without its socket the folder is only locked")
        await application.close()
    }

    @Test func `commands that run at the same time wait for each other`() async {
        let program = ProgramRun()
        defer { program.remove() }
        let statuses = await withTaskGroup(of: ExitStatus.self) { group in
            for _ in 0..<3 { group.addTask { await program.run("endpoints list").status } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == [.done, .done, .done])
    }

    @Test func `tools of an endpoint follow its policy and its user, and end with it`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let application = try await Application.open(try program.configuration())
        let draft = EndpointDraft(name: "one", user: "ada", policy: ToolPolicy(toolkits: .only(["ashby"])))
        let (endpoint, _) = try await application.endpoints.create(draft, catalog: application.router.catalog)
        let tools = try application.workplace(endpoint: "one").tools
        #expect(!tools.tools.isEmpty && tools.tools.allSatisfy { $0.toolkit == "ashby" })
        let call = ToolCall(tool: "list_all_ashby_jobs", arguments: [:], user: "tester", origin: .user)
        let missing = await tools.call(call)
        #expect(missing.text?.contains("--user ada") == true, "whose account is missing is the endpoint's user")
        var change = EndpointDraft(endpoint)
        change.policy.toolkits = .only(["pinpoint"])
        _ = try await application.endpoints.update(
            endpoint.id,
            version: 1,
            to: change,
            catalog: application.router.catalog
        )
        #expect(tools.tools.allSatisfy { $0.toolkit == "pinpoint" })
        #expect(await tools.call(call).text?.hasPrefix("There is no tool list_all_ashby_jobs") == true)
        _ = try await application.endpoints.delete(endpoint.id)
        #expect(tools.tools.isEmpty)
        #expect(await tools.call(call).text?.contains("deleted or has expired") == true)
        await application.close()
    }

    @Test func `every loopback address that is listened on is answered on`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let application = try await Application.open(try program.configuration())
        let server = try await application.serve(host: "127.0.0.2", port: 0)
        #expect(server.address.hasPrefix("http://127.0.0.2:"))
        let request = try HTTPRequest(url: server.address + "/healthz")
        let response = try await application.drivers.transport.send(request, options: HTTPRequestOptions())
        #expect(response.status == 200)
        await server.stop(within: 0)
        await application.close()
    }

    @Test func `a public URL that is none is refused with an example`() async {
        let program = ProgramRun()
        defer { program.remove() }
        for url in ["mcp.example.com", "https://", "ftp://example.com"] {
            let output = await program.run("serve --port 0 --public-url \(url)")
            #expect(output.status == .failed && output.out == "")
            #expect(output.err.contains("--public-url") && output.err.contains("https://mcp.example.com"))
        }
    }

    @Test func `a port in use is one clear line`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let configuration = try Configuration.make(
            environment: ["SWITCHBOARD_HOME": ProgramRun.home],
            home: nil,
            data: program.folder + "/first",
            isSandbox: false,
            log: .none
        )
        let application = try await Application.open(configuration)
        let server = try await application.serve(host: "127.0.0.1", port: 0)
        let port = try #require(server.address.split(separator: ":").last)
        let output = await program.run("serve --port \(port)")
        #expect(output.status == .failed && output.out == "")
        #expect(output.err.split(separator: "\n").count == 1 && output.err.contains(port))
        await server.stop(within: 0)
        await application.close()
    }

    @Test func `a broken toolkit is told with file, pointer and reason, and the others are served`() async throws {
        var program = ProgramRun()
        defer { program.remove() }
        let home = program.folder + "/home"
        for folder in ["", "/toolkits", "/toolkits/broken", "/agents"] { mkdir(home + folder, 0o700) }
        #expect(symlink(ProgramRun.home + "/toolkits/pinpoint", home + "/toolkits/pinpoint") == 0)
        try TextFile.write(Array("{\"format\": 1, \"name\": 7}".utf8), to: home + "/toolkits/broken/toolkit.json")
        program.home = home
        let check = await program.run("toolkits check \(home)/toolkits/broken")
        #expect(check.status == .failed)
        #expect(check.out.contains("toolkit.json") && check.out.contains("/name"))
        let list = await program.run("toolkits list --json")
        let toolkits = try JSONParser.parse(list.out)["toolkits"]
        #expect(toolkits?[0]?["name"] == "broken" && toolkits?[0]?["state"] == "refused")
        #expect(toolkits?[1]?["name"] == "pinpoint" && toolkits?[1]?["state"] == "served")
    }

    @Test func `the demo prepares the interview from live tool results`() async {
        let program = ProgramRun()
        defer { program.remove() }
        let output = await program.run("demo")
        #expect(output.status == .done && output.err == "")
        for words in ["MCP endpoint: http://127.0.0.1:", "recording", "candidate 98765", "application 5566", "39 days"]
        {
            #expect(output.out.contains(words), "the demo lacks \(words)")
        }
    }
}
