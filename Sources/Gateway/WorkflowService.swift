import Basics
import EventLoops
import LanguageModels
import Storage
import ToolRouter
import Tools
import Workflows

/// Workflows, put together: their files, the engine, and the tools by which others run them.
struct WorkflowService: Sendable {
    let engine: WorkflowEngine
    let library: HomeLibrary
    let schedules: ScheduleStore
    /// Starts workflows by what vendors report.
    ///
    /// - Parameter owner: Whose a connection is; nil for one that everybody may use.
    func triggers(
        defaultUser: String,
        log: Log,
        owner: @escaping @Sendable (_ connection: String) -> String?
    ) -> WorkflowTriggers {
        WorkflowTriggers(
            engine: engine,
            workflows: { [library] in library.all().workflows },
            owner: owner,
            defaultUser: defaultUser,
            log: log
        )
    }

    /// Starts the runs of schedules, while the program serves.
    let scheduler: Scheduler
    /// What the router offers; the engine calls the router in turn.
    let tools: WorkflowTools
    private let router: Slot<Router>

    /// - Parameters:
    ///   - clock: What formulas go by.
    ///   - endpoints: Whose policies bind the runs that were started through them.
    init(
        _ configuration: Configuration,
        _ drivers: Drivers,
        _ database: SQLiteDatabase,
        clock: any WallClock,
        endpoints: EndpointStore,
        approvals: ApprovalStore
    ) {
        library = HomeLibrary(home: configuration.home.path)
        router = Slot()
        let stepTools = RouterTools(router: { [router] in router.value }, policy: { endpoints.endpoint($0)?.policy })
        let models = StepModelShelf(desk: ModelDesk(configuration: configuration, drivers: drivers))
        var parts = WorkflowEngine.Parts(
            journal: RunJournal(database: database),
            library: library,
            tools: stepTools,
            models: SessionModels(tools: stepTools, clock: clock) { await models.model($0) },
            approvals: StoredApprovals(store: approvals),
            clock: clock
        )
        parts.check = { [router, library] workflow in
            guard let router = router.value else { return [] }
            let others = library.all().workflows
            let checker = WorkflowChecker(catalog: router.catalog) { name in others.first { $0.name == name } }
            return checker.check(workflow)
        }
        let loop = drivers.loops.next()
        parts.pause = { try? await loop.sleep(seconds: $0) }
        parts.log = configuration.log
        engine = WorkflowEngine(parts)
        schedules = ScheduleStore(database: database)
        var timing = Scheduler.Parts(store: schedules, engine: engine)
        timing.pause = parts.pause
        timing.log = configuration.log
        scheduler = Scheduler(timing)
        tools = WorkflowTools(
            engine: engine,
            library: library,
            page: { [router] in router.value?.approvals?.page(of: $0) },
            policy: { endpoints.endpoint($0)?.policy }
        )
        approvals.observe { [engine] approval in
            guard let run = approval.request.run else { return }
            Task { await engine.wake(run) }
        }
    }

    /// Says which router makes the calls of runs.
    func use(_ router: Router) { self.router.value = router }

    /// Starts the runs of schedules at their times, until its task is cancelled.
    func followSchedules() async { await scheduler.run() }

    /// Goes on with the runs that had not ended when the program last did.
    func goOn(log: Log) async {
        do {
            try await engine.recover()
        } catch {
            log.error("runs cannot go on", ["error": error.message])
        }
    }
}

/// A reference that is given later, and keeps nothing alive.
private final class Slot<Object: AnyObject & Sendable>: Sendable {
    private struct Reference {
        weak var object: Object?
    }

    private let reference = Locked(Reference())

    var value: Object? {
        get { reference.withLock { $0.object } }
        set { reference.withLock { $0.object = newValue } }
    }
}

/// The models that steps of workflows ask, each made ready once.
private actor StepModelShelf {
    private let desk: ModelDesk
    private var ready: [String: ResolvedModel] = [:]

    init(desk: ModelDesk) {
        self.desk = desk
    }

    /// The model of a spec, or that of the environment; nil where there is none, because a step then uses its template.
    func model(_ spec: String?) async -> (any LanguageModel)? {
        let environment = desk.configuration.environment
        let named = spec ?? environment["SWITCHBOARD_MODEL"].flatMap { $0.isEmpty ? nil : $0 }
        guard named != nil || environment["OPENAI_API_KEY"]?.isEmpty == false else { return nil }
        if let known = ready[named ?? ""] { return known.model }
        guard let model = try? await desk.model(named) else { return nil }
        ready[named ?? ""] = model
        return model.model
    }
}
