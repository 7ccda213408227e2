import Basics
import CLinux
import Glibc
import JSON
import Storage
import Workflows

// steps FOLDER RUNS STEPS   runs of so many steps each, side by side
// hold FOLDER RUNS STEPS    the same, then a step that never ends; says HELD when all runs are there
// resume FOLDER RUNS        goes on with what `hold` left; says FIRST and ALL with the milliseconds since the start
// items FOLDER COUNT        one run over so many items
// lag FOLDER SCHEDULES SLOTS   schedules that are all due at the same instants, so many times

func file(_ steps: [String]) -> String {
    """
    {"workflow": "bench", "version": 1, "title": "A benchmark", "description": "Measures.", "connections": {"on": "local"},
     "input": {"type": "object"}, "limits": {"writes": 1}, "steps": [\(steps.joined(separator: ",\n"))]}
    """
}

func say(_ line: String) {
    print(line)
    fflush(nil)
}

/// CPU time of this process in seconds.
func processorSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + Double(microseconds) / 1e6
}

/// The largest resident size so far, in MB.
func peakMegabytes() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
}

/// Milliseconds since this process was started, as the kernel knows it.
func milliseconds() -> Double {
    var text = [UInt8](repeating: 0, count: 1024)
    let file = open("/proc/self/stat", O_RDONLY)
    let count = read(file, &text, text.count)
    close(file)
    let fields = String(decoding: text[..<max(0, count)], as: UTF8.self).split(separator: ")").last?.split(
        separator: " "
    )
    var now = timespec()
    clock_gettime(CLOCK_BOOTTIME, &now)
    let ticks = Double(fields?[19] ?? "0") ?? 0
    return Double(now.tv_sec) * 1000 + Double(now.tv_nsec) / 1e6 - ticks * 1000 / Double(sysconf(Int32(_SC_CLK_TCK)))
}

func engine(
    _ folder: String,
    _ text: String,
    _ tools: LocalTools,
    wall: any WallClock = SystemClock()
) async throws -> (WorkflowEngine, SQLiteDatabase) {
    let database = try await SQLiteDatabase.open(folder + "/journal.db")
    try await database.migrate(RunJournal.migrations + ScheduleStore.migrations)
    var parts = WorkflowEngine.Parts(
        journal: RunJournal(database: database),
        library: OneWorkflow(text: text),
        tools: tools,
        models: NoModels(),
        approvals: NoApprovals(),
        clock: wall
    )
    parts.wall = wall
    parts.width = 4096
    return (WorkflowEngine(parts), database)
}

clinux_bound_memory()
let request = RunRequest(workflow: "bench", user: "ada", actor: "ada", trigger: "command")
let words = CommandLine.arguments
func number(_ position: Int) -> Int { words.count > position ? Int(words[position]) ?? 0 : 0 }

/// So many calls; a file may have 200 steps in a list, so more are put into branches.
func calls(_ count: Int) -> [String] {
    let call = #"{"call": "step", "on": "on"}"#
    if count <= 200 { return [String](repeating: call, count: count) }
    return stride(from: 0, to: count, by: 200).map { start in
        #"{"if": "= true", "do": ["# + calls(min(200, count - start)).joined(separator: ",") + "]}"
    }
}

switch words.count > 2 ? words[1] : "" {
case "steps":
    let (runs, steps) = (number(3), number(4))
    let (engine, _) = try await engine(words[2], file(calls(steps)), LocalTools())
    let (start, cpu) = (monotonicNanoseconds(), processorSeconds())
    try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<runs {
            group.addTask {
                let id = try await engine.start(request).id
                let run = try await engine.settled(id)
                guard run.state == .done else { throw WorkflowError("failed", "\(run)") }
            }
        }
        try await group.waitForAll()
    }
    let seconds = Double(monotonicNanoseconds() - start) / 1e9
    say(
        """
        {"steps_per_second": \(Double(runs * steps) / seconds), \
        "cpu_us_per_step": \((processorSeconds() - cpu) * 1e6 / Double(runs * steps)), "peak_mb": \(peakMegabytes())}
        """
    )
case "hold":
    let (runs, steps) = (number(3), number(4))
    let tools = LocalTools(isOpen: false) { _, held in if held == runs { say("HELD") } }
    let (engine, _) = try await engine(
        words[2],
        file(calls(steps) + [#"{"call": "hold", "on": "on"}"#] + calls(1)),
        tools
    )
    for _ in 0..<runs { _ = try await engine.start(request) }
    try await Task.sleep(for: .seconds(100_000))
case "resume":
    let runs = number(3)
    let tools = LocalTools { calls, held in
        if calls == 1 { say("FIRST \(milliseconds())") }
        if held == runs { say("RESUMED \(milliseconds())") }
    }
    let (engine, database) = try await engine(words[2], file([]), tools)
    let open = try await RunJournal(database: database).openRuns().map(\.id)
    try await engine.recover()
    for id in open {
        let run = try await engine.settled(id)
        guard run.state == .done else { throw WorkflowError("failed", "\(run)") }
    }
    say("ALL \(milliseconds()) \(open.count)")
case "items":
    let count = number(3)
    let steps = [
        #"{"id": "all", "call": "list", "on": "on"}"#,
        """
        {"id": "done", "forEach": "= $all", "as": "item", "key": "= $item.id", "concurrency": 8, "maxItems": 20000,
         "do": [{"id": "said", "call": "step", "on": "on"}, {"return": "= $said.i"}]}
        """,
        #"{"return": "= $count($done.succeeded)"}"#,
    ]
    let (engine, _) = try await engine(words[2], file(steps), LocalTools(items: count))
    let (start, cpu) = (monotonicNanoseconds(), processorSeconds())
    let id = try await engine.start(request).id
    let run = try await engine.settled(id)
    let seconds = Double(monotonicNanoseconds() - start) / 1e9
    guard run.result == .integer(count) else { throw WorkflowError("failed", "\(run)") }
    say(
        """
        {"items_per_second": \(Double(count) / seconds), \
        "cpu_us_per_item": \((processorSeconds() - cpu) * 1e6 / Double(count)), "peak_mb": \(peakMegabytes())}
        """
    )
case "lag":
    let (schedules, slots) = (number(3), number(4))
    let clock = HastyClock()
    let lags = Locked<[Double]>([])
    // The first step begins when the start of its run is in the journal.
    let tools = LocalTools { _, _ in
        let lag = Double(clock.now().milliseconds % 60_000)
        lags.withLock { $0.append(lag) }
    }
    let (engine, database) = try await engine(words[2], file(calls(1)), tools, wall: clock)
    let store = ScheduleStore(database: database)
    let now = clock.now()
    try await store.add(
        (0..<schedules).map { number in
            ScheduleRecord(
                id: "schedule-\(number)",
                workflow: "bench",
                cron: "* * * * *",
                timezone: "Europe/Berlin",
                user: "ada",
                createdBy: "ada",
                at: now
            )
        }
    )
    var parts = Scheduler.Parts(store: store, engine: engine)
    parts.wall = clock
    parts.pause = { await clock.pause($0) }
    let scheduler = Scheduler(parts)
    let cpu = processorSeconds()
    let task = Task { await scheduler.run() }
    while lags.withLock({ $0.count }) < schedules * slots { try await Task.sleep(for: .milliseconds(20)) }
    task.cancel()
    let sorted = lags.withLock { $0 }.sorted()
    say(
        """
        {"lag_p50": \(sorted[sorted.count / 2]), "lag_p99": \(sorted[sorted.count * 99 / 100]), \
        "cpu_us_per_start": \((processorSeconds() - cpu) * 1e6 / Double(sorted.count)), "starts": \(sorted.count)}
        """
    )
default:
    say("usage: WorkflowBenchmark steps|hold|resume|items|lag FOLDER [COUNT...]")
    exit(2)
}
