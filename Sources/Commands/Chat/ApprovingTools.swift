import Basics
import Gateway
import JSON
import Tools

/// Tools for a chat: where a call waits for an approval, the person at the terminal is shown all of it and decides.
struct ApprovingTools: ToolProvider {
    private let base: any ToolProvider
    private let control: ControlClient
    private let ask: @Sendable (_ plan: String) async -> Bool?

    /// Wraps tools.
    ///
    /// - Parameters:
    ///   - base: The tools.
    ///   - control: Where approvals are shown and decided.
    ///   - ask: Shows a plan and returns the decision, nil for none; called once at a time.
    init(
        _ base: any ToolProvider,
        control: ControlClient,
        ask: @escaping @Sendable (_ plan: String) async -> Bool?
    ) {
        self.base = base
        self.control = control
        self.ask = ask
    }

    var tools: [ToolSpecification] { base.tools }

    func call(_ call: ToolCall) async -> ToolResult {
        let result = await base.call(call)
        guard let payload = try? JSONParser.parse(result.payload) else { return result }
        if let id = ApprovingTools.approval(payload) {
            return await decide([id]) ? await base.call(call) : result
        }
        guard call.tool == "execute_tools", let results = payload["results"]?.array,
            let calls = call.arguments["calls"]?.array, calls.count == results.count
        else { return result }
        let waiting = results.indices.filter { results[$0]["error"].flatMap(ApprovingTools.approval) != nil }
        var ids: [String] = []
        for position in waiting {
            guard let id = results[position]["error"].flatMap(ApprovingTools.approval), !ids.contains(id) else {
                continue
            }
            ids.append(id)
        }
        guard !ids.isEmpty, await decide(ids) else { return result }
        // Only what has waited: the others are done, and some of them must not be done twice.
        var again = call
        again.arguments["calls"] = .array(waiting.map { calls[$0] })
        let second = await base.call(again)
        guard let repeated = (try? JSONParser.parse(second.payload))?["results"]?.array,
            repeated.count == waiting.count
        else { return second }
        var merged = results
        for (position, result) in zip(waiting, repeated) { merged[position] = result }
        let failures = merged.count { $0["ok"]?.bool != true }
        var object = payload
        object["results"] = .array(merged)
        object["succeeded"] = .integer(merged.count - failures)
        object["failed"] = .integer(failures)
        return ToolResult(object, isError: failures == merged.count, origin: second.origin)
    }

    /// The id of the approval that a failed call waits for.
    private static func approval(_ error: JSONValue) -> String? {
        error["error"]?.string == "approval_required" ? error["approval_id"]?.string : nil
    }

    /// Has approvals decided; false when none was.
    private func decide(_ ids: [String]) async -> Bool {
        var isDecided = false
        for id in ids {
            let target = ApprovalText.target(id)
            guard let approval = try? await control.send("GET", target), approval["state"]?.string == "pending",
                let isApproved = await ask(ApprovalText.text(of: approval))
            else { continue }
            let body: JSONValue = [
                "decision": .string(isApproved ? "approve" : "reject"), "plan_hash": approval["plan_hash"] ?? .null,
            ]
            if (try? await control.send("POST", target + "/decision", body: body)) != nil { isDecided = true }
        }
        return isDecided
    }
}

/// Asks the person at the terminal one thing at a time, whatever runs in parallel.
actor ApprovalPrompt {
    private let terminal: Terminal
    private var editor: LineEditor?
    private var isBusy = false
    private var queue: [CheckedContinuation<Void, Never>] = []

    init(_ terminal: Terminal) { self.terminal = terminal }

    /// Shows a plan and waits for y or n; nil when the person leaves it open.
    func ask(_ plan: String) async -> Bool? {
        while isBusy { await withCheckedContinuation { queue.append($0) } }
        isBusy = true
        defer {
            isBusy = false
            if !queue.isEmpty { queue.removeFirst().resume() }
        }
        guard !Task.isCancelled else { return nil }
        terminal.print("\n" + terminal.bold("The agent asks for your approval of exactly this:"))
        terminal.print(plan)
        let editor = editor ?? LineEditor(prompt: "Approve? [y/n] ", interactive: true)
        self.editor = editor
        let input = await withTaskCancellationHandler {
            await editor.next()
        } onCancel: {
            editor.interrupt()
        }
        guard case .line(let answer) = input else { return nil }
        if ApprovalText.isYes(answer) { return true }
        return answer.lowercased().hasPrefix("n") ? false : nil
    }
}
