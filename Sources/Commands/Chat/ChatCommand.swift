import Agents
import Basics
import Gateway
import JSON

extension Command {
    static let chat = Command(
        path: ["chat"],
        summary: "Talk with an agent that has your tools",
        options: [
            .init(name: "agent", value: "NAME", summary: "Which agent answers (default: recruiter)"),
            .init(
                name: "model",
                value: "SPEC",
                summary: "openai-chat:MODEL[@BASE_URL] or replay:FILE (SWITCHBOARD_MODEL)"
            ),
            .init(name: "endpoint", value: "NAME", summary: "Use the tools that this endpoint allows"),
            .init(name: "replay", value: "FILE", summary: "Replay a recorded conversation"),
        ] + CommonOptions.places,
        details: """
            `exit`, `quit`, `bye` or Ctrl-D end the chat; Ctrl-C stops an answer and keeps the chat; `/help` lists commands.
            Example: switchboard chat --sandbox --model openai-chat:MODEL@http://localhost:11434/v1
            """,
        run: { invocation in
            try await invocation.withWorkplace { workplace in
                try await ChatDesk.open(invocation, at: workplace) { await $0.chat() }
            }
        }
    )

    static let ask = Command(
        path: ["ask"],
        summary: "Ask an agent one question; the answer goes to standard output",
        arguments: [.init(name: "QUESTION", summary: "What to ask", isRest: true)],
        options: [
            .init(name: "agent", value: "NAME", summary: "Which agent answers (default: recruiter)"),
            .init(
                name: "model",
                value: "SPEC",
                summary: "openai-chat:MODEL[@BASE_URL] or replay:FILE (SWITCHBOARD_MODEL)"
            ),
            .init(name: "endpoint", value: "NAME", summary: "Use the tools that this endpoint allows"),
            CommonOptions.json,
        ] + CommonOptions.places,
        run: { invocation in
            try await invocation.withWorkplace { workplace in
                let question = invocation.arguments.joined(separator: " ")
                return try await ChatDesk.open(invocation, at: workplace) { await $0.answerOnce(question) }
            }
        }
    )
}
