package import ATSSandbox
package import Basics
package import Connections
import EventLoops
import HTTP
import JSON
import Mail
import Storage
package import ToolRouter
package import Toolkits
import Tools
import WebServer
import Workflows

/// The whole program, put together: the only place where drivers meet domains.
package final class Application: Sendable {
    package let configuration: Configuration
    package let drivers: Drivers
    package let clock: any WallClock
    package let toolkits: ToolkitProvider
    package let router: Router
    package let endpoints: EndpointStore
    package let approvals: ApprovalStore
    package let tokens: APITokenStore
    package let audit: AuditLog
    let metrics: CallMetrics
    let idempotency: IdempotencyStore
    package let connections: CompositeConnectionSource
    package let people: PeopleStore
    package let connectLinks: ConnectLinks
    /// Where others reach this server; known while it serves.
    package let address: PublicAddress
    /// The simulated systems; nil outside the sandbox.
    package let sandbox: SandboxServers?
    /// What is wrong with files of the home folder; what they hold besides is used.
    package let diagnostics: [Diagnostic]

    let keeper: ConnectionKeeper
    let dataKeys: DataKeys
    /// Every write that was or may have been sent.
    package let ledger: WriteLedger
    let paces: PaceStore
    private let mail: MailService
    let folders: ToolkitFolders
    /// What vendors reported.
    package let triggers: TriggerStore
    private let fixed: FixedConnections
    let workflows: WorkflowService
    private let folder: DataFolder
    let database: SQLiteDatabase

    private init(
        configuration: Configuration,
        drivers: Drivers,
        clock: any WallClock,
        parts: Parts,
        sandbox: SandboxServers?,
        folder: consuming DataFolder
    ) {
        self.configuration = configuration
        self.drivers = drivers
        self.clock = clock
        self.folder = folder
        self.sandbox = sandbox
        toolkits = parts.toolkits
        router = parts.router
        endpoints = parts.endpoints
        approvals = parts.approvals
        tokens = parts.tokens
        audit = parts.audit
        metrics = parts.metrics
        idempotency = parts.idempotency
        connections = parts.connections
        keeper = parts.keeper
        paces = parts.paces
        mail = parts.mail
        folders = parts.folders
        triggers = parts.triggers
        fixed = parts.fixed
        dataKeys = parts.dataKeys
        workflows = parts.workflows
        people = parts.people
        connectLinks = parts.connectLinks
        address = parts.address
        ledger = parts.ledger
        database = parts.database
        diagnostics = parts.diagnostics
    }

    private struct Parts {
        var toolkits: ToolkitProvider
        var router: Router
        var endpoints: EndpointStore
        var approvals: ApprovalStore
        var tokens: APITokenStore
        var audit: AuditLog
        var metrics: CallMetrics
        var idempotency: IdempotencyStore
        var connections: CompositeConnectionSource
        var keeper: ConnectionKeeper
        var paces: PaceStore
        var mail: MailService
        var folders: ToolkitFolders
        var triggers: TriggerStore
        var fixed: FixedConnections
        var dataKeys: DataKeys
        var workflows: WorkflowService
        var people: PeopleStore
        var connectLinks: ConnectLinks
        var address: PublicAddress
        var ledger: WriteLedger
        var database: SQLiteDatabase
        var diagnostics: [Diagnostic]
    }

    /// Takes the data folder and puts the program together.
    ///
    /// - Parameters:
    ///   - configuration: What the program was told.
    ///   - loops: Event loops, one thread each.
    ///   - template: A sandbox whose generated data this one's may share; nil to generate them.
    ///   - wait: Is told when another process holds the database for long.
    /// - Throws: ``GatewayError``, or the error of the module that cannot begin; each says what to do.
    package static func open(
        _ configuration: Configuration,
        loops: Int = 1,
        like template: Sandbox? = nil,
        wait: DatabaseWait? = nil
    ) async throws -> Application {
        let folder = try DataFolder(configuration.dataFolder)
        let drivers = try Drivers(loops: loops)
        var sandbox: SandboxServers?
        var opened: SQLiteDatabase?
        do {
            var clock: any WallClock = SystemClock()
            if configuration.isSandbox {
                // The clock stands still, so that what was written about the simulated data stays true.
                clock = ManualClock(configuration.now ?? SandboxWorld.defaultNow)
                let options = SandboxOptions(transport: drivers.transport)
                let own =
                    template.map { Sandbox(like: $0, clock: clock, options: options) }
                    ?? Sandbox(clock: clock, options: options)
                sandbox = try await SandboxServers.start(own, loops: drivers.loops)
            }
            let path = folder.database
            let patience = wait ?? DatabaseWait { configuration.log.warning($0) }
            let database = try await patience.watch(path) { try await openDatabase(path) }
            opened = database
            let parts = try await assemble(configuration, drivers, sandbox, database, clock, keyFile: folder.keyFile)
            try await parts.ledger.recover(from: parts.router.catalog)
            try await parts.connectLinks.reopen()
            if let problem = await keyProblem(parts.dataKeys, database, parts.approvals.now) {
                configuration.log.warning(problem)
            } else {
                // Under a wrong key what is sealed now would be lost.
                try await parts.approvals.sealPlans()
            }
            return Application(
                configuration: configuration,
                drivers: drivers,
                clock: clock,
                parts: parts,
                sandbox: sandbox,
                folder: folder
            )
        } catch {
            await sandbox?.stop()
            await opened?.close()
            await drivers.stop()
            throw error
        }
    }

    /// Opens the database and brings its tables up to date: all that can have to wait for another process.
    private static func openDatabase(_ path: String) async throws -> SQLiteDatabase {
        let database = try await SQLiteDatabase.open(path)
        do {
            try await database.migrate(
                ConnectionStore.migrations + DataKeys.migrations + EndpointStore.migrations + PeopleStore.migrations
                    + ConnectLinks.migrations
                    + ApprovalStore.migrations + LedgerStore.migrations + PaceStore.migrations
                    + APITokenStore.migrations + IdempotencyStore.migrations + AuditLog.migrations
                    + TriggerStore.migrations
                    + RunJournal.migrations + ScheduleStore.migrations
            )
        } catch {
            await database.close()
            throw error
        }
        return database
    }

    private static func assemble(
        _ configuration: Configuration,
        _ drivers: Drivers,
        _ sandbox: SandboxServers?,
        _ database: SQLiteDatabase,
        _ clock: any WallClock,
        keyFile: String
    ) async throws -> Parts {
        let log = configuration.log
        _ = try configuration.runValueDays()
        let loaded = ToolkitLoader.loadAll(home: configuration.home.path)
        let diagnostics = loaded.diagnostics
        let hasSecrets = try await database.read { try $0.first("SELECT 1 FROM connection LIMIT 1") } != nil
        let ring = try KeyRing.load(
            environmentKey: configuration.environment["SWITCHBOARD_KEY"].map { Secret($0) },
            previousKey: configuration.environment["SWITCHBOARD_KEY_PREVIOUS"].map { Secret($0) },
            keyFile: keyFile,
            createsMissing: !hasSecrets
        )
        let dataKeys = try await DataKeys(ring: ring, database: database, log: log)
        let vault = dataKeys.vault
        let stored = try await ConnectionStore(database: database, vault: vault, log: log)
        _ = try await stored.reseal()
        let schemes = Dictionary(
            loaded.toolkits.map { ($0.name, $0.authentication) },
            uniquingKeysWith: { a, _ in a }
        )
        let mail = try MailService(configuration, clock: sandbox?.sandbox.world.clock ?? SystemClock())
        let fixed: FixedConnections
        if let sandbox {
            fixed = FixedConnections(
                sandbox.connections + mail.connections,
                label: "sandbox",
                howToRenew: "Start the sandbox again."
            )
        } else {
            let found = EnvironmentConnections.read(schemes: schemes, variables: configuration.environment)
            for problem in found.problems { log.warning(problem.message) }
            fixed = FixedConnections(
                found.connections + mail.connections,
                label: "environment",
                howToRenew: "Set the variable to a key that is valid and start again."
            )
        }
        let transport: any HTTPTransport = sandbox == nil ? drivers.transport : LoopbackTransport(drivers.transport)
        let keeper = ConnectionKeeper(store: stored, transport: transport, log: log)
        let connections = CompositeConnectionSource([keeper, fixed])
        let limiter = ConnectionLimiter(clock: SystemClock()) { [loops = drivers.loops] seconds in
            try await loops.next().sleep(seconds: seconds)
        }
        let toolkits = ToolkitProvider(
            toolkits: loaded.toolkits,
            connections: connections,
            transport: transport,
            clock: SystemClock(),
            limiter: limiter,
            log: log
        )
        keeper.use(
            clients: EnvironmentConnections.clients(schemes: schemes, variables: configuration.environment)
        ) { [weak toolkits] name in toolkits?.toolkit(named: name)?.authentication }
        let address = PublicAddress()
        let links = ConnectLinks(database: database, address: address)
        let ledger = try await makeLedger(configuration, drivers, sandbox, database, vault)
        let endpoints = try await EndpointStore(database: database, log: log)
        let tokens = try await APITokenStore(database: database, log: log)
        let approvals = ApprovalStore(database: database, vault: vault, log: log) { tokens.holder(of: $0) }
        let gate = ApprovalGate(
            store: approvals,
            rules: { endpoints.endpoint($0)?.approvals },
            address: { address.url },
            log: log
        )
        gate.restore(try await ledger.store.sent(since: SystemClock().now().adding(seconds: -3600)))
        let audit = AuditLog(database: database, headFile: configuration.dataFolder + "/audit.head", log: log)
        let metrics = CallMetrics()
        let workflows = WorkflowService(
            configuration,
            drivers,
            database,
            clock: clock,
            endpoints: endpoints,
            approvals: approvals
        )
        // Read by the first search: it takes longer than all the rest of a start.
        let router = Router(
            providers: [toolkits, SendEmail(mail.service), workflows.tools],
            connections: connections,
            results: ResultStore(limits: try configuration.resultLimits()),
            invitations: links,
            embeddings: try configuration.embeddings(
                transport: drivers.transport,
                file: configuration.dataFolder + "/embeddings.jsonl"
            ),
            writes: FaultPoint.disables("ledger") ? .unprotected : .ledger(ledger),
            interceptors: [EndpointLimiter(store: endpoints), gate],
            observers: [CallAudit(audit: audit, metrics: metrics, log: log)],
            vocabulary: readVocabulary(configuration.home, loaded.toolkits, log)
        )
        workflows.use(router)
        let triggers = TriggerStore(database: database, vault: vault, log: log)
        triggers.subscribe(
            workflows.triggers(defaultUser: configuration.defaultUser, log: log) { id in
                keeper.store.all.first { $0.id == id }?.user
            }
        )
        for diagnostic in diagnostics { log.warning(diagnostic.description) }
        return Parts(
            toolkits: toolkits,
            router: router,
            endpoints: endpoints,
            approvals: approvals,
            tokens: tokens,
            audit: audit,
            metrics: metrics,
            idempotency: IdempotencyStore(database: database, vault: vault),
            connections: connections,
            keeper: keeper,
            paces: try await PaceStore(database: database, limiter: limiter),
            mail: mail,
            folders: ToolkitFolders(home: configuration.home.path, loaded: loaded),
            triggers: triggers,
            fixed: fixed,
            dataKeys: dataKeys,
            workflows: workflows,
            people: try await PeopleStore(database: database),
            connectLinks: links,
            address: address,
            ledger: ledger,
            database: database,
            diagnostics: diagnostics
        )
    }

    private static func makeLedger(
        _ configuration: Configuration,
        _ drivers: Drivers,
        _ sandbox: SandboxServers?,
        _ database: SQLiteDatabase,
        _ vault: Vault
    ) async throws -> WriteLedger {
        var settings = LedgerSettings()
        let store = LedgerStore(database: database, vault: vault, clock: SystemClock())
        if let sandbox {
            // The simulators answer within milliseconds, and what an earlier start wrote to them is gone with them.
            settings.longestSettle = 1
            try await store.forget(connections: sandbox.connections.map(\.id) + ["sandbox-mail"])
        }
        let loop = drivers.loops.next()
        return WriteLedger(
            store: store,
            settings: settings,
            remoteClock: sandbox?.sandbox.world.clock,
            sleep: { try await loop.sleep(seconds: $0) },
            log: configuration.log
        )
    }

    private static func readVocabulary(_ home: Home, _ toolkits: [Toolkit], _ log: Log) -> SearchVocabulary {
        var diagnostics: [Diagnostic] = []
        let lexicon = readLexicon(home, &diagnostics)
        let guide = readGuides(home, toolkits, &diagnostics)
        for diagnostic in diagnostics { log.warning(diagnostic.description) }
        return SearchVocabulary(lexicon: lexicon, utterances: guide.utterances, guide: guide)
    }

    private static func readLexicon(_ home: Home, _ diagnostics: inout [Diagnostic]) -> SearchLexicon {
        let file = home.toolkits + "/lexicon.json"
        guard TextFile.isFile(file) else { return SearchLexicon() }
        do {
            let read = SearchLexicon.read(try JSONParser.parse(try TextFile.read(file)), file: file)
            diagnostics += read.problems
            return read.lexicon
        } catch {
            diagnostics.append(Diagnostic(.error, file: file, "\(error)"))
            return SearchLexicon()
        }
    }

    private static func readGuides(
        _ home: Home,
        _ toolkits: [Toolkit],
        _ diagnostics: inout [Diagnostic]
    ) -> SearchGuide {
        var guide = SearchGuide()
        var places = toolkits.map { ("\(home.toolkits)/\($0.name)/search.json", $0.specifications) }
        // The program's own tools have no toolkit's folder.
        places.append((home.toolkits + "/search.json", [SendEmail.specification] + WorkflowTools.common))
        for (file, tools) in places where TextFile.isFile(file) {
            do {
                let read = SearchGuide.read(try JSONParser.parse(try TextFile.read(file)), file: file)
                let names = Set(tools.map(\.name))
                let limited = read.guide.limited(to: names, file: file)
                guide.merge(limited.guide)
                diagnostics += read.problems + limited.problems
            } catch {
                diagnostics.append(Diagnostic(.error, file: file, "\(error)"))
            }
        }
        return guide
    }

    /// The socket in the data folder that commands reach this process by.
    var controlSocket: String { folder.controlSocket }
    /// Where transcripts of runs go.
    package var transcripts: String { folder.transcripts }

    /// The secrets that reports of a vendor may be signed with.
    var webhookSecrets: WebhookRoutes.Secrets {
        { [keeper, fixed] toolkit, field in
            let stored = keeper.store.all.filter { $0.toolkit == toolkit && $0.secretNames.contains(field) }
            let opened = stored.compactMap { try? keeper.store.authorized($0.id) }
            return (opened + fixed.all.filter { $0.toolkit == toolkit }).compactMap { connection in
                connection.secrets[field].map { (connection.id, $0) }
            }
        }
    }

    /// Changes the key that the vault's keys are wrapped under, and seals every connection anew.
    ///
    /// - Returns: How many data keys and connections there are under new keys, and the connections that cannot be opened.
    /// - Throws: ``ConnectionError``; everything can still be opened, and the next start goes on.
    func rotateKeys() async throws(ConnectionError) -> (dataKeys: Int, connections: Int, unreadable: [String]) {
        let count = try await dataKeys.rotate()
        let (resealed, unreadable) = try await keeper.store.reseal()
        return (count, resealed, unreadable)
    }

    /// Ends everything and gives the data folder up.
    package func close() async {
        await workflows.engine.close()
        await ledger.close()
        await mail.stop()
        await savePaces()
        await sandbox?.stop()
        await audit.close()
        await database.close()
        await drivers.stop()
    }

    /// The counters of this process, for Prometheus.
    func metricsText() async -> String {
        let unknown = try? await database.read { transaction in
            try transaction.first("SELECT count(*) AS calls FROM ledger WHERE state = 'unknown'")?.integer("calls")
        }
        return metrics.text(
            gauges: [
                ("switchboard_endpoints", "Endpoints that are open.", endpoints.all.count),
                (
                    "switchboard_ledger_unknown", "Writes of which nobody knows whether they were made.",
                    Int((unknown ?? nil) ?? 0)
                ),
            ],
            version: Configuration.version
        )
    }
}
