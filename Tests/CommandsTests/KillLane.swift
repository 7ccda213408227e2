import ATSSandbox
import Basics
import Gateway
import Glibc
import HTTP
import JSON
import Storage
import Workflows

/// One run in a data folder of its own against simulated systems of its own, in children that are killed.
final class KillLane: Sendable {
    /// A workflow with what it is asked for.
    struct Job: Sendable {
        var workflow: String
        var input: JSONObject
        var text = "Position filled"

        static func dispose(except: [String] = []) -> Job {
            var job = Job(workflow: "bulk-disposition", input: ["jobId": "8899"])
            job.input["comment"] = .string(job.text + ".")
            if !except.isEmpty { job.input["exceptApplicationIds"] = .array(except.map { .string($0) }) }
            return job
        }

        static func noteAndMove(at most: Int = 100) -> Job {
            var job = Job(workflow: "note-and-move", input: ["most": .integer(most)])
            job.input["note"] = .string(job.text + ".")
            return job
        }
    }

    /// What is known of a run when it has ended.
    struct Ended: Sendable {
        var run: RunRecord
        /// The ids that its report rests on: of the notes or comments.
        var reported: [String]
        /// The applications that it was to write to.
        var targets: [String]
        /// Where it was to move them to, if it was.
        var stage: String?

        /// Whether some items were refused, so that they may be tried again.
        var hasFailed: Bool { run.result?["failed"]?.array?.isEmpty == false }

        /// Whether it names some that were not done, or of which nobody knows.
        var isUncertain: Bool { hasFailed || run.result?["unknown"]?.array?.isEmpty == false }
    }

    let sandbox: Sandbox
    let job: Job
    private let home: String
    /// The data folder, as this process sees it, and as children do.
    private let data: String
    private let given: String
    private let disk: PrivateMount?
    private let servers: SandboxServers
    private let hunt: Hunt
    private let logPath: String

    /// Kills a child in the middle of a write.
    private final class Hunt: Sendable {
        private struct State {
            var child: ChildProcess?
            var arrivals = 0
            var delay = 0.0
            var hasFired = false
        }

        private let state = Locked(State())

        func begin(_ child: ChildProcess, atArrival arrivals: Int, after delay: Double) {
            state.withLock { $0 = State(child: child, arrivals: arrivals, delay: delay) }
        }

        /// Ends the hunt and says whether it was what killed.
        func end() -> Bool {
            state.withLock { state in
                defer { state = State() }
                return state.hasFired
            }
        }

        /// Is told that a simulated system makes a request wait, which faults do to writes.
        func arrived() {
            let prey = state.withLock { state -> (ChildProcess, Double)? in
                guard let child = state.child else { return nil }
                state.arrivals -= 1
                guard state.arrivals == 0 else { return nil }
                state.hasFired = true
                return (child, state.delay)
            }
            guard let (child, delay) = prey else { return }
            Task {
                try await Task.sleep(for: .seconds(delay))
                child.kill()
            }
        }
    }

    init(_ job: Job, bench: WorkflowKillBench, number: Int, disk: PrivateMount? = nil) async throws {
        self.job = job
        let hunt = Hunt()
        self.hunt = hunt
        home = bench.home
        self.disk = disk
        data = (disk?.view ?? bench.folder) + "/data-\(number)"
        given = (disk?.path ?? bench.folder) + "/data-\(number)"
        logPath = bench.folder + "/log-\(number)"
        sandbox = Sandbox(
            like: bench.pattern,
            clock: SystemClock(),
            options: SandboxOptions(sleep: { seconds in
                hunt.arrived()
                try await Task.sleep(for: .seconds(seconds))
            })
        )
        servers = try await SandboxServers.start(sandbox, loops: bench.drivers.loops)
    }

    func close() async {
        await servers.stop()
        TextFile.removeFolder(data)
        unlink(logPath)
    }

    /// The database of the run, as this process sees it.
    var database: String { data + "/switchboard.db" }

    /// What the children have complained about.
    var log: String { String(decoding: (try? TextFile.read(logPath)) ?? [], as: UTF8.self) }

    /// Whether they have said that something is damaged.
    var saysDamaged: Bool {
        let log = log
        return ["damaged", "is not a database", "could not be read"].contains { log.contains($0) }
    }

    /// How many comments there are.
    var commentCount: Int {
        sandbox.count("comments", of: "pinpoint", field: "body_text") { [job] in $0.string?.hasPrefix(job.text) == true
        }
    }

    /// Puts the simulated systems back to how they were before the run, and forgets what children complained about.
    func reset() async {
        _ = await sandbox.control.respond(to: HTTPRequest(method: "POST", target: "/_sandbox/reset"))
        unlink(logPath)
    }

    // MARK: - Weather

    /// Arms what goes wrong from now on, in place of what did.
    ///
    /// - Parameters:
    ///   - skipped: How many requests, or writes, go well first.
    ///   - isRefusing: Whether writes are refused for good too.
    func set(_ weather: KillWeather, skipping skipped: Int, isRefusing: Bool = false) async {
        _ = await sandbox.control.respond(to: HTTPRequest(method: "DELETE", target: "/_sandbox/faults"))
        for fault in weather.faults(skipping: skipped) { sandbox.control.arm(fault) }
        guard isRefusing else { return }
        sandbox.control.arm(
            SandboxFault(.status(422, headers: [:], body: nil), operation: "comments.create", after: skipped, count: 2)
        )
    }

    /// Whether a fault has happened to a request since they were armed.
    func hasStruck() async throws -> Bool {
        let response = await sandbox.control.respond(to: HTTPRequest(method: "GET", target: "/_sandbox/faults"))
        let armed = try JSONParser.parse(try await response.body.collect(limit: 1 << 20))["faults"]?.array ?? []
        return armed.contains { $0["used"]?.integer ?? 0 > 0 }
    }

    // MARK: - Children

    /// A child that starts the run, or goes on with it.
    ///
    /// - Parameters:
    ///   - run: The run to go on with.
    ///   - verb: How; `resume` or `redrive`.
    ///   - fault: Where it kills itself.
    ///   - clock: Seconds by which its clock is wrong.
    func start(_ run: String?, verb: String = "resume", fault: String? = nil, clock: Int = 0) throws -> ChildProcess {
        var environment = ["HOME": "/nonexistent", "USER": "tester", "PINPOINT_SUBDOMAIN": "sandbox"]
        for served in servers.served {
            let name = served.system.toolkit == "ashby" ? "ASHBY" : "PINPOINT"
            environment[name + "_API_KEY"] = served.system.secrets["api_key"]
            environment[name + "_BASE_URL"] = served.baseURL
        }
        environment["SWITCHBOARD_FAULT"] = fault
        if clock != 0 { environment["SWITCHBOARD_CLOCK"] = String(clock) }
        environment["CHILD_LOG"] = getenv("SWITCHBOARD_CHILD_LOG").map { String(cString: $0) } ?? logPath
        var words = ["run", job.workflow]
        if let run {
            words = ["runs", verb, run]
        } else {
            for member in job.input { words.append(member.name + "=" + JSONWriter.text(of: member.value)) }
        }
        words += ["--yes", "--home", home, "--data", given]
        return try ChildProcess(words, environment: environment, through: disk?.words ?? [])
    }

    /// Kills a child when a write of it has been taken up.
    func hunt(_ child: ChildProcess, atArrival arrivals: Int, after delay: Double) {
        hunt.begin(child, atArrival: arrivals, after: delay)
    }

    /// Whether the hunt that was begun has killed.
    func endHunt() -> Bool { hunt.end() }

    // MARK: - What children have left

    /// Looks into a copy of the journal, so that what a crash left is recovered by the program alone.
    private func look<Result: Sendable>(_ body: @Sendable (RunJournal) async throws -> Result?) async throws -> Result?
    {
        let path = data + "/switchboard.db"
        guard TextFile.isFile(path) else { return nil }
        let copy = logPath + ".copy"
        mkdir(copy, 0o700)
        defer { TextFile.removeFolder(copy) }
        for suffix in ["", "-wal"] where TextFile.isFile(path + suffix) {
            try TextFile.write(try TextFile.read(path + suffix), to: copy + "/switchboard.db" + suffix)
        }
        // A child that was killed early has left a file without tables.
        guard let database = try? await SQLiteDatabase.open(copy + "/switchboard.db") else { return nil }
        let result = try? await body(RunJournal(database: database))
        await database.close()
        return result ?? nil
    }

    /// The run that a child has made.
    func run() async throws -> String? {
        let workflow = job.workflow
        return try await look { try await $0.runs(workflow: workflow, limit: 1).first?.id }
    }

    /// What a run has done, once it has ended.
    func ended(_ id: String) async throws -> Ended? {
        try await look { journal in
            guard let run = try await journal.run(id), run.state.isEnded else { return nil }
            let sources = try await journal.reports(of: id).first?.sources
            let written = sources?["comments"]?.array ?? sources?["notes"]?.array ?? []
            return Ended(
                run: run,
                reported: written.compactMap(\.string),
                targets: sources?["applications"]?.array?.compactMap(\.string) ?? [],
                stage: sources?["stage"]?.string
            )
        }
    }

    // MARK: - What the other side has

    /// What is wrong with what the other side has, now that the run has ended.
    func judge(_ ended: Ended) async throws -> KillVerdict {
        // Late work and late lists.
        try await Task.sleep(for: .seconds(KillWeather.late + KillWeather.lag + 0.1))
        await set(.calm, skipping: 0)
        let applications = job.workflow == "note-and-move" ? try await applications() : []
        let there = job.workflow == "note-and-move" ? try await notes(applications) : try await comments()
        var verdict = KillVerdict(runs: 1, writes: there.count)
        guard ended.run.state == .done else {
            verdict.failed.append("\(job.workflow): \(ended.run.failure?.message ?? ended.run.state.rawValue)")
            return verdict
        }
        var about: [String: Int] = [:]
        for note in there { about[note.about, default: 0] += 1 }
        verdict.doubled = about.values.reduce(0) { $0 + $1 - 1 }
        let subjects = Dictionary(
            applications.map { ($0["id"]?.string ?? "", $0["candidate"]?["id"]?.string ?? "") },
            uniquingKeysWith: { first, _ in first }
        )
        let wanted = Set(ended.targets.map { subjects[$0] ?? $0 })
        verdict.lost = wanted.isEmpty ? 1 : wanted.subtracting(about.keys).count
        verdict.overPlan = Set(about.keys).subtracting(wanted).count
        if let stage = ended.stage {
            let places = Dictionary(
                applications.map { ($0["id"]?.string ?? "", $0["currentInterviewStage"]?["id"]?.string) },
                uniquingKeysWith: { first, _ in first }
            )
            verdict.lost += ended.targets.count { places[$0] != stage }
        }
        if ended.reported.sorted() != there.map(\.id).sorted() { verdict.wrongReports = 1 }
        return verdict
    }

    /// Every comment that was written: its id and the application that it is about.
    private func comments() async throws -> [(id: String, about: String)] {
        var found: [(id: String, about: String)] = []
        // Not from a list, which may lag.
        for write in try await get("/_sandbox/writes")["writes"]?.array ?? [] {
            guard write["operation"]?.string?.hasPrefix("comment") == true else { continue }
            let id = write["id"]?.string ?? write["id"]?.number?.text ?? ""
            let attributes = try await get("/api/v1/comments/" + id)["data"]?["attributes"]
            let about = attributes?["commentable_id"]
            found.append((id, about?.number?.text ?? about?.string ?? id))
        }
        return found
    }

    /// Every note of the run: its id and the candidate that it is about.
    private func notes(_ applications: [JSONValue]) async throws -> [(id: String, about: String)] {
        var found: [(id: String, about: String)] = []
        for candidate in Set(applications.compactMap { $0["candidate"]?["id"]?.string }) {
            var cursor: JSONValue? = .null
            while let position = cursor {
                var body: JSONObject = ["candidateId": .string(candidate), "limit": 100]
                if position != .null { body["cursor"] = position }
                let page = try await post("/candidate.listNotes", body)
                for note in page["results"]?.array ?? [] where note["content"]?.string?.hasPrefix(job.text) == true {
                    found.append((note["id"]?.string ?? "", candidate))
                }
                cursor = page["nextCursor"].flatMap { $0 == .null ? nil : $0 }
            }
        }
        return found
    }

    /// The applications of the job that the notes are about.
    private func applications() async throws -> [JSONValue] {
        let job = try await post("/job.search", ["requisitionId": "LRK-8899"])["results"]?[0]?["id"] ?? .null
        let answer = try await post("/application.list", ["jobId": job, "status": "Active", "limit": 100])
        return answer["results"]?.array ?? []
    }

    private func get(_ target: String) async throws -> JSONValue {
        try await answer(sandbox.pinpoint, "GET", target, ["X-API-KEY": SandboxKeys.pinpoint], [:])
    }

    private func post(_ target: String, _ body: JSONObject) async throws -> JSONValue {
        let credentials = Base64.encode(Array((SandboxKeys.ashby + ":").utf8))
        return try await answer(
            sandbox.ashby,
            "POST",
            target,
            ["Authorization": "Basic " + credentials, "Content-Type": "application/json"],
            body
        )
    }

    private func answer(
        _ handler: any HTTPHandler,
        _ method: String,
        _ target: String,
        _ fields: HTTPFields,
        _ body: JSONObject
    ) async throws -> JSONValue {
        let bytes = method == "GET" ? [] : JSONWriter.bytes(of: .object(body))
        let request = HTTPRequest(method: method, target: target, fields: fields, body: .bytes(bytes))
        let response = await handler.respond(to: request)
        return try JSONParser.parse(try await response.body.collect(limit: 64 << 20))
    }
}
