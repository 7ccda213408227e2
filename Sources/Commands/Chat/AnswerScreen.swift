import Agents
import Basics
import JSON
import LanguageModels
import Tools

/// Shows an answer as it comes: words as they are written, tool calls as they happen.
final class AnswerScreen: Sendable {
    private struct State {
        /// Whether the cursor stands behind words of an answer.
        var isInLine = false
        var words = ""
    }

    private let terminal: Terminal
    private let showsText: Bool
    private let state = Locked(State())

    /// A screen on a terminal; with `showsText` false the words are held back, for a caller who prints the whole.
    init(_ terminal: Terminal, showsText: Bool = true) {
        self.terminal = terminal
        self.showsText = showsText
    }

    /// Takes in what happens.
    func show(_ event: AgentEvent) {
        switch event {
        case .modelCallStarted, .usage, .reasoning: break
        case .text(let words): write(words)
        case .toolCallStarted(_, let tool, let arguments):
            for line in AnswerScreen.lines(tool, arguments) { note(terminal.cyan("→ ") + line) }
        case .toolCallFinished(let call): finished(call)
        case .retry(let retry):
            note(
                terminal.dim(
                    "… \(Terminal.harmless(retry.reason)); trying again in \(AnswerScreen.seconds(retry.delay))"
                )
            )
        case .interrupted(let reason):
            note(terminal.red("! the answer broke off (\(Terminal.harmless(reason))); asking once more"))
        case .notice(let text): note(terminal.dim("· " + Terminal.harmless(text)))
        }
    }

    /// Ends the answer with what a person should know about how it ended.
    func finish(_ outcome: AgentOutcome) {
        endLine()
        if let explanation = outcome.explanation {
            terminal.printError(Terminal.harmless("(\(outcome.reason.rawValue)) \(explanation)"))
        }
    }

    private func write(_ words: String) {
        guard showsText, !words.isEmpty else { return }
        terminal.write(Terminal.harmless(words))
        state.withLock { $0.isInLine = words.last?.isNewline != true }
    }

    private func finished(_ call: AgentToolCall) {
        let time = terminal.dim("  \(AnswerScreen.seconds(call.seconds))")
        // A name that no tool has is the model's own.
        let tool = Terminal.harmless(call.tool)
        guard call.result.isError else { return note(terminal.green("✓ ") + tool + time) }
        let reason = call.result.displayText.split(separator: "\n").first.map(String.init) ?? ""
        note(terminal.red("✗ ") + tool + time + "  " + Terminal.harmless(String(reason.prefix(160))))
    }

    private func note(_ line: String) {
        endLine()
        terminal.print("  " + line)
    }

    private func endLine() {
        if state.withLock({ state in
            defer { state.isInLine = false }
            return state.isInLine
        }) {
            terminal.print()
        }
    }

    private static func seconds(_ value: Double) -> String {
        value < 1
            ? "\(Int((value * 1000).rounded())) ms"
            : "\(Int((value * 10).rounded()) / 10).\(Int((value * 10).rounded()) % 10) s"
    }

    // A meta-tool that calls others is shown as the calls that it makes.
    private static func lines(_ tool: String, _ arguments: JSONObject) -> [String] {
        if let calls = arguments["calls"]?.array, !calls.isEmpty {
            return calls.map { call in
                line(call["tool"]?.string ?? "?", call["arguments"]?.object ?? [:])
            }
        }
        if let queries = arguments["queries"]?.array, !queries.isEmpty {
            return queries.map { line(tool, ["use_case": $0["use_case"] ?? $0]) }
        }
        return [line(tool, arguments)]
    }

    private static func line(_ tool: String, _ arguments: JSONObject) -> String {
        let shown = arguments.map { $0.name + "=" + JSONWriter.text(of: $0.value) }.joined(separator: " ")
        let text = Terminal.harmless(tool + (shown.isEmpty ? "" : "  " + shown))
        return text.count > 150 ? text.prefix(149) + "…" : text
    }
}
