import ATSSandbox
import Basics
import Gateway
import Storage

extension Invocation {
    /// What the options and the environment say about files, data and models.
    ///
    /// - Throws: ``CommandError`` or `GatewayError`.
    func configuration() throws -> Configuration {
        var now: Timestamp?
        if let text = value("now") {
            guard let instant = Timestamp(iso8601: text) else {
                throw CommandError.usage("--now takes an ISO 8601 time such as 2026-11-20T09:00:00Z, not '\(text)'")
            }
            guard has("sandbox") else {
                throw CommandError.usage("--now sets the clock of the sandbox; add --sandbox")
            }
            now = instant
        }
        return try Configuration.make(
            environment: environment,
            home: value("home"),
            data: value("data"),
            isSandbox: has("sandbox"),
            now: now,
            log: log
        )
    }

    /// Where log lines go: standard error, warnings only unless `--verbose` was given.
    var log: Log { .standardError(minimum: has("verbose") ? .debug : .warning) }

    /// Runs `body` with the control API: of the server that owns the data folder, or, where none runs, of this process.
    func withControl(
        _ body: @escaping @Sendable (ControlClient) async throws -> ExitStatus
    ) async throws -> ExitStatus {
        try await withOwner { owner in
            switch owner {
            case .server(let control, _): try await body(control)
            case .this(let application): try await body(application.controlClient)
            }
        }
    }

    /// As ``withControl(_:)``, with pages that a browser can come back to: this process serves them where no server runs.
    func withPages(
        port: Int,
        _ body: @escaping @Sendable (ControlClient) async throws -> ExitStatus
    ) async throws -> ExitStatus {
        try await withOwner { owner in
            switch owner {
            case .server(let control, _): return try await body(control)
            case .this(let application):
                let server = try await application.serve(host: "127.0.0.1", port: port)
                return try await finally({ await server.stop(within: 1) }) {
                    try await body(application.controlClient(publicURL: server.address))
                }
            }
        }
    }

    /// Runs `body` with tools and models: the tools are those of the server that owns the data folder, where one runs.
    func withWorkplace(
        _ body: @escaping @Sendable (Workplace) async throws -> ExitStatus
    ) async throws -> ExitStatus {
        let endpoint = value("endpoint")
        let configuration = try configuration()
        return try await withOwner { owner in
            switch owner {
            case .server(let control, let drivers):
                let tools = try await RemoteTools(control: control, endpoint: endpoint)
                let isSandbox = configuration.isSandbox
                let clock: any WallClock =
                    isSandbox ? ManualClock(configuration.now ?? SandboxWorld.defaultNow) : SystemClock()
                return try await body(
                    Workplace(
                        configuration: configuration,
                        tools: tools,
                        drivers: drivers,
                        clock: clock,
                        transcripts: isSandbox ? nil : configuration.dataFolder + "/transcripts",
                        control: control
                    )
                )
            case .this(let application):
                // A chat or an MCP session lasts; other commands must not be locked out meanwhile.
                return try await application.withControlSocket {
                    try await body(application.workplace(endpoint: endpoint))
                }
            }
        }
    }

    /// Says on standard error when another process holds the database.
    var databaseWait: DatabaseWait { DatabaseWait { [terminal] in terminal.printError("switchboard: " + $0) } }

    /// Who owns the data folder.
    private enum Owner {
        case server(ControlClient, Drivers)
        case this(Application)
    }

    private func withOwner(_ body: @escaping @Sendable (Owner) async throws -> ExitStatus) async throws -> ExitStatus {
        let configuration = try configuration()
        var attemptsLeft = 20
        let wait = databaseWait
        while true {
            if ControlSocket.isOwned(dataFolder: configuration.dataFolder) {
                let drivers = try Drivers()
                if let control = await ControlSocket.client(
                    dataFolder: configuration.dataFolder,
                    transport: drivers.transport
                ) {
                    return try await finally({ await drivers.stop() }) {
                        try await drivers.run { try await body(.server(control, drivers)) }
                    }
                }
                await drivers.stop()
            }
            let application: Application
            do {
                application = try await Application.open(configuration, wait: wait)
            } catch let error as StorageError where error.code == .locked && attemptsLeft > 0 {
                // An owner that does not answer is a command that is about to end, or a server that is about to listen.
                attemptsLeft -= 1
                try await Task.sleep(for: .milliseconds(100))
                continue
            }
            return try await finally({ await application.close() }) {
                try await application.drivers.run { try await body(.this(application)) }
            }
        }
    }

    /// Runs `body` and then, however it ended, `cleanUp`.
    func finally(
        _ cleanUp: () async -> Void,
        _ body: () async throws -> ExitStatus
    ) async throws -> ExitStatus {
        do {
            let status = try await body()
            await cleanUp()
            return status
        } catch {
            await cleanUp()
            throw error
        }
    }
}
