import Basics
import Gateway
import HTTP
import JSON

/// Follows a run on the screen until it has ended or only a person can help.
struct RunWatch {
    let invocation: Invocation
    let control: ControlClient

    /// Seconds for which one question to the server waits; short enough that progress is seen.
    private static let patience = 1
    /// How often a decided run is looked at before it is given up as waiting still.
    private static let mostLooks = 400

    static func target(_ id: String) -> String { "/v1/runs/" + PercentEncoding.encode(id) }

    /// Follows a run and prints what came of it.
    func follow(_ started: JSONValue) async throws -> ExitStatus {
        let terminal = invocation.terminal
        guard let id = started["id"]?.string else { throw CommandError("the server did not say which run it started") }
        var progress = ProgressLine(terminal: invocation.json ? nil : terminal, monotonic: monotonicNanoseconds)
        var run = started
        var decided: String?
        var looks = 0
        var told: String?
        while true {
            progress.show(run)
            switch run["state"]?.string {
            case "done", "failed", "cancelled":
                progress.clear()
                return try show(run)
            case "paused":
                progress.clear()
                terminal.printError("The run \(id) is paused; `switchboard runs resume \(id)` goes on.")
                return .needsPerson
            case "waiting" where run["waiting"]?["for"]?.string == "approval":
                progress.clear()
                let approval = run["waiting"]?["id"]?.string ?? ""
                if approval == decided, looks < RunWatch.mostLooks {
                    // The decision wakes the run, which may take a moment on a busy machine.
                    looks += 1
                    try await Task.sleep(for: .milliseconds(50))
                    break
                }
                guard approval != decided, try await decide(approval) else {
                    if invocation.json { terminal.print(JSONWriter.pretty(run)) }
                    terminal.printError(
                        "The run \(id) waits for the approval \(approval): `switchboard approvals show \(approval)`, then "
                            + "approve or reject it; the run goes on by itself where `serve` runs."
                    )
                    return .needsPerson
                }
                (decided, looks) = (approval, 0)
            case "waiting" where run["waiting"]?["for"]?.string != "upstream":
                progress.clear()
                if invocation.json { terminal.print(JSONWriter.pretty(run)) }
                let what = run["waiting_for"]?.string ?? "something"
                terminal.printError("The run \(id) waits for \(what); it goes on by itself where `serve` runs.")
                return .needsPerson
            case "waiting":
                let reason = run["waiting"]?["id"]?.string
                if let reason, reason != told, !invocation.json {
                    progress.clear()
                    terminal.printError("The run \(id) waits: \(reason).")
                }
                told = reason
            default: break
            }
            run = try await control.send("GET", RunWatch.target(id) + "?wait=\(RunWatch.patience)")
        }
    }

    /// Lets the person at the terminal decide.
    ///
    /// - Returns: Whether something was decided.
    private func decide(_ id: String) async throws -> Bool {
        let terminal = invocation.terminal
        let approval = try await control.send("GET", ApprovalText.target(id))
        var word = "approve"
        if !invocation.has("yes") {
            guard terminal.canAsk, !invocation.json else { return false }
            terminal.print(ApprovalText.text(of: approval))
            let editor = LineEditor(prompt: "Approve? [y/N] ", interactive: true)
            guard case .line(let answer) = await editor.next() else { return false }
            if !ApprovalText.isYes(answer) { word = "reject" }
        }
        let body: JSONValue = ["decision": .string(word), "plan_hash": approval["plan_hash"] ?? .null]
        do {
            _ = try await control.send("POST", ApprovalText.target(id) + "/decision", body: body)
            return true
        } catch let error as ControlError where error.status == 403 {
            terminal.printError(error.description)
            return false
        }
    }

    /// Prints an ended run: its reports, or what it gave, and everything that did not go well by its id.
    func show(_ run: JSONValue) throws -> ExitStatus {
        let terminal = invocation.terminal
        let state = run["state"]?.string ?? ""
        if invocation.json {
            terminal.print(JSONWriter.pretty(run))
        } else {
            for line in RunText.lines(of: run, terminal) { terminal.print(Terminal.harmless(line)) }
        }
        return state == "done" ? .done : .failed
    }
}

/// One line that is written over while a run goes on; nothing where nobody looks.
struct ProgressLine {
    private let terminal: Terminal?
    private let monotonic: () -> UInt64
    private let start: UInt64
    private var isShown = false

    init(terminal: Terminal?, monotonic: @escaping () -> UInt64) {
        self.terminal = terminal.flatMap { $0.canAsk ? $0 : nil }
        self.monotonic = monotonic
        start = monotonic()
    }

    /// Shows the last loop of a run: how many of how many, and how long the rest will take at this pace.
    mutating func show(_ run: JSONValue) {
        guard let terminal, let loop = run["loops"]?.array?.last, let total = loop["total"]?.integer, total > 0 else {
            return
        }
        let finished = ["done", "failed", "unknown"].reduce(0) { $0 + (loop[$1]?.integer ?? 0) }
        let width = 24
        let filled = width * finished / total
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        var text = "\(bar) \(finished) of \(total)"
        let seconds = Double(monotonic() - start) / 1e9
        if finished > 0, finished < total, seconds > 2 {
            text += ", about \(Int((seconds / Double(finished) * Double(total - finished)).rounded(.up))) s left"
        }
        if let failed = loop["failed"]?.integer, failed > 0 { text += ", \(failed) failed" }
        if let unknown = loop["unknown"]?.integer, unknown > 0 { text += ", \(unknown) unknown" }
        terminal.write("\r\u{1B}[2K" + text)
        isShown = true
    }

    mutating func clear() {
        guard isShown, let terminal else { return }
        terminal.write("\r\u{1B}[2K")
        isShown = false
    }
}
