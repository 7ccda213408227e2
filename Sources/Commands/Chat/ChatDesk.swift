import Agents
import Basics
import Gateway
import Glibc
import JSON
import LanguageModels
import Tools
import Transcripts

/// A person at a terminal with an agent.
final class ChatDesk: Sendable {
    private enum Word {
        case nothing, end, help, tools, say(String), unknown(String)
        /// The words of a command of the program.
        case command([String])
    }

    private let invocation: Invocation
    private let workplace: Workplace
    private let session: AgentSession
    private let model: ResolvedModel
    /// Whether a signal has asked for more than the end of an answer.
    private let isEnding = Locked(false)

    private var terminal: Terminal { invocation.terminal }

    private init(_ invocation: Invocation, _ workplace: Workplace, _ session: AgentSession, _ model: ResolvedModel) {
        self.invocation = invocation
        self.workplace = workplace
        self.session = session
        self.model = model
    }

    /// Chooses agent and model as the options say, and runs `body` with both.
    static func open(
        _ invocation: Invocation,
        at workplace: Workplace,
        _ body: (ChatDesk) async throws -> ExitStatus
    ) async throws -> ExitStatus {
        let replay = invocation.value("replay").map { "replay:" + $0 }
        let model = try await workplace.model(replay ?? invocation.value("model"))
        return try await invocation.finally({ await model.close() }) {
            var tools = workplace.tools
            if invocation.terminal.canAsk {
                let prompt = ApprovalPrompt(invocation.terminal)
                tools = ApprovingTools(tools, control: workplace.control) { await prompt.ask($0) }
            }
            let session = try workplace.session(
                agent: invocation.value("agent") ?? "recruiter",
                model: model,
                tools: tools
            )
            return try await body(ChatDesk(invocation, workplace, session, model))
        }
    }

    /// What a recording answers to, in order; nil for a real model.
    var recordedMessages: [String]? { model.recording?.userMessages }

    /// Says whose words will be on the screen.
    func introduce() {
        guard let recording = model.recording else {
            terminal.print(terminal.dim("Model: \(model.name)"))
            return
        }
        terminal.print("The model's words are a recording (\(recording.provenance)); every tool call is live.")
        terminal.print(terminal.dim("Set OPENAI_API_KEY or SWITCHBOARD_MODEL for a real model.") + "\n")
    }

    /// Talks until the person leaves.
    func chat() async -> ExitStatus {
        terminal.print(
            terminal.dim("Model: \(model.name). `exit` or Ctrl-D ends, Ctrl-C stops an answer, /help lists commands.")
        )
        if let messages = recordedMessages {
            terminal.print("No model is connected; this replays a recorded conversation, which answers to:")
            for message in messages { terminal.print("  " + terminal.bold(message)) }
            terminal.print(
                terminal.dim(
                    "To ask anything else, connect one: --model openai-chat:MODEL[@BASE_URL], or OPENAI_API_KEY."
                )
            )
        }
        let editor = LineEditor(prompt: terminal.canAsk ? "you › " : "", interactive: terminal.canAsk)
        while true {
            Interrupts.handle { [terminal] signal in
                // A read that is not from a terminal cannot be woken.
                guard signal == SIGINT, terminal.canAsk else { Interrupts.end() }
                editor.interrupt()
            }
            let input = await editor.next()
            Interrupts.handle(nil)
            switch input {
            case .end:
                if terminal.canAsk { terminal.print() }
                return .done
            case .interrupted:
                terminal.print("\n" + terminal.dim("`exit` or Ctrl-D ends the chat"))
            case .line(let line):
                switch ChatDesk.word(line) {
                case .nothing: break
                case .end: return .done
                case .help: terminal.write(ChatDesk.help)
                case .tools:
                    for tool in workplace.tools.tools { terminal.print("  \(tool.name)  \(terminal.dim(tool.title))") }
                case .command(let words):
                    await run(words)
                    if isEnding.withLock({ $0 }) { return .interrupted }
                case .unknown(let command): terminal.print("There is no command \(command); /help lists them.")
                case .say(let message):
                    _ = await answer(message)
                    if isEnding.withLock({ $0 }) { return .interrupted }
                }
            }
        }
    }

    /// Answers one question and prints the answer only.
    func answerOnce(_ question: String) async -> ExitStatus {
        let terminal = terminal
        let errors = Terminal(
            hasColor: terminal.hasColor,
            output: { text in terminal.printError(String(text.last?.isNewline == true ? text.dropLast() : text[...])) },
            error: { terminal.printError($0) }
        )
        let outcome = await stoppable(on: AnswerScreen(errors, showsText: false)) { screen in
            await self.session.send(question) { event in screen.show(event) }
        }
        if invocation.json {
            terminal.print(JSONWriter.pretty(outcome.json))
        } else {
            if !outcome.text.isEmpty { terminal.print(Terminal.harmless(outcome.text)) }
            if let explanation = outcome.explanation {
                terminal.printError("switchboard: " + Terminal.harmless(explanation))
            }
        }
        return outcome.status
    }

    /// Answers a message, word by word; Ctrl-C stops the answer.
    func answer(_ message: String) async -> AgentOutcome {
        let screen = AnswerScreen(terminal)
        let outcome = await stoppable(on: screen) { screen in
            await self.session.send(message) { event in screen.show(event) }
        }
        screen.finish(outcome)
        return outcome
    }

    /// Runs a command about runs, in the data folder of this chat; Ctrl-C stops watching, and the run goes on.
    private func run(_ words: [String]) async {
        let invocation = invocation
        let task = Task { await ChatCommands.run(words, in: invocation) }
        Interrupts.handle { [self] signal in
            if signal != SIGINT || !terminal.canAsk { isEnding.withLock { $0 = true } }
            task.cancel()
        }
        await task.value
        Interrupts.handle(nil)
    }

    private func stoppable(
        on screen: AnswerScreen,
        _ body: @escaping @Sendable (AnswerScreen) async -> AgentOutcome
    ) async -> AgentOutcome {
        let task = Task { await body(screen) }
        Interrupts.handle { [self] signal in
            if signal != SIGINT || !terminal.canAsk { isEnding.withLock { $0 = true } }
            task.cancel()
        }
        defer { Interrupts.handle(nil) }
        return await task.value
    }

    private static func word(_ line: String) -> Word {
        let text = String(line.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        switch text.lowercased() {
        case "": return .nothing
        case "exit", "quit", "bye", "/exit", "/quit": return .end
        case "/help": return .help
        case "/tools": return .tools
        default:
            guard text.hasPrefix("/") else { return .say(text) }
            return ChatCommands.words(of: text).map { .command($0) } ?? .unknown(text)
        }
    }

    private static let help = """
          /help    this list
          /tools   the tools that the agent has
          /run WORKFLOW key=value …      runs a workflow; asks you where it needs an approval
          /run WORKFLOW … --preview      lists what it would write, and writes nothing
          /workflows, /runs, /show ID    the workflows, the runs, one run
          /approve ID, /reject ID        decides about what a run waits for; the exact list is shown first
          /pause ID, /resume ID, /cancel ID, /redrive ID
          exit     ends the chat; so do quit, bye and Ctrl-D
          Ctrl-C   stops the answer that is being written

        """
}

extension AgentOutcome {
    /// The outcome with stable keys.
    var json: JSONValue {
        [
            "text": .string(text), "stop_reason": .string(reason.rawValue),
            "explanation": explanation.map { .string($0) } ?? .null, "model_calls": .integer(modelCalls),
            "tool_calls": .integer(toolCalls),
            "usage": ["input_tokens": .integer(usage.inputTokens), "output_tokens": .integer(usage.outputTokens)],
        ]
    }

    /// What a command ends with after this outcome.
    var status: ExitStatus {
        switch reason {
        case .answered, .maximumToolIterations, .maximumToolCalls: .done
        case .cancelled: .interrupted
        default: .failed
        }
    }
}
