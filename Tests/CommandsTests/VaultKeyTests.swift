import Basics
import Commands
import Connections
import CurlTransport
import Gateway
import HTTP
import JSON
import Testing
import ToolRouter

/// A start with another key than the one that the data were sealed under.
@Suite struct VaultKeyTests {
    private static let wrong = Base64.encode([UInt8](repeating: 7, count: 32))

    private func configuration(_ program: ProgramRun, log: Log = .none) throws -> Configuration {
        var environment = ["SWITCHBOARD_HOME": program.home, "USER": "tester"]
        environment.merge(program.variables) { _, new in new }
        return try Configuration.make(
            environment: environment,
            home: nil,
            data: program.folder + "/data",
            isSandbox: false,
            log: log
        )
    }

    private func ask(_ application: Application) async throws -> String {
        let plan = ApprovalPlan([.init(tool: "reject_application", arguments: ["application_id": "5566"])])
        let request = ApprovalRequest(kind: .call, title: "Reject 1 application", plan: plan, requester: "ben")
        return try await application.approvals.request(request).id
    }

    private func readiness(_ application: Application, _ server: RunningServer) async throws -> (Int, JSONValue) {
        let request = try HTTPRequest(url: server.address + "/readyz")
        let response = try await application.drivers.transport.send(request, options: HTTPRequestOptions())
        return (response.status, try JSONParser.parse(try await response.body.collect(limit: 1 << 16)))
    }

    /// Leaves an open approval and a connection behind, and the data folder free.
    private func fill(_ program: ProgramRun) async throws -> (approval: String, connection: String) {
        let application = try await Application.open(try configuration(program))
        let id = try await ask(application)
        let account = NewConnection(user: "ada", toolkit: "ashby", secrets: ["api_key": Secret("canary-1")])
        let connection = try await application.administration.store.add(account).id
        await application.close()
        return (id, connection)
    }

    private func lookAtWrong(_ program: ProgramRun, _ id: String) async throws {
        let logged = Locked<[String]>([])
        let log = Log { entry in if entry.level == .warning { logged.withLock { $0.append(entry.message) } } }
        let application = try await Application.open(try configuration(program, log: log))
        let server = try await application.serve(host: "127.0.0.1", port: 0)
        let (status, body) = try await readiness(application, server)
        #expect(status == 503 && body["ready"] == false && body["reason"] == "vault_key")
        let detail = try #require(body["detail"]?.string)
        #expect(detail.contains("connections and approvals") && detail.contains("SWITCHBOARD_KEY"))
        #expect(!detail.contains(Self.wrong) && logged.withLock { $0.contains(detail) })
        let doctor = await program.run("doctor")
        #expect(doctor.status == .failed && doctor.out.contains(detail), "doctor asks the server that runs")
        let list = await program.run("approvals list")
        #expect(list.out == "No approval can be read.\n" && list.err.contains("1 more cannot be read"))
        #expect(await program.run("approvals show \(id)").err.contains("sealed under another key"))
        await server.stop(within: 0)
        await application.close()
    }

    private func lookAtRight(_ program: ProgramRun, _ id: String, _ connection: String) async throws {
        let back = try await Application.open(try configuration(program))
        let again = try await back.serve(host: "127.0.0.1", port: 0)
        let (good, ready) = try await readiness(back, again)
        #expect(good == 200 && ready == ["ready": true])
        let all = await program.run("approvals list")
        #expect(all.out.contains(id) && all.err == "")
        #expect(try back.administration.store.authorized(connection).secrets == ["api_key": Secret("canary-1")])
        await again.stop(within: 0)
        await back.close()
    }

    @Test func `a wrong key is said by readyz, doctor, the log and the list, until the right one is back`() async throws
    {
        var program = ProgramRun()
        defer { program.remove() }
        let (id, connection) = try await fill(program)

        program.variables["SWITCHBOARD_KEY"] = Self.wrong
        // Twice: the first start with that key makes a data key of its own.
        for _ in 0..<2 {
            let doctor = await program.run("doctor --json")
            #expect(doctor.status == .failed)
            let checks = try JSONParser.parse(doctor.out)["checks"]?.array
            let detail = checks?.first { $0["check"] == "keys" }?["detail"]?.string
            #expect(detail?.contains("SWITCHBOARD_KEY") == true)
        }
        try await lookAtWrong(program, id)

        program.variables = [:]
        try await lookAtRight(program, id, connection)
        #expect(await program.run("doctor").status == .done)
    }

    @Test func `another key where nothing was sealed is no problem`() async throws {
        var program = ProgramRun()
        defer { program.remove() }
        #expect(await program.run("endpoints list").status == .done)
        program.variables["SWITCHBOARD_KEY"] = Self.wrong
        #expect(await program.run("doctor").status == .done)
    }
}
