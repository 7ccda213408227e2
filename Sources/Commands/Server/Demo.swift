import Agents
import Basics
import Gateway
import Glibc
import JSON

extension Command {
    static let demo = Command(
        path: ["demo"],
        summary: "Show the whole on simulated data: an agent prepares an interview",
        options: [
            .init(
                name: "model",
                value: "SPEC",
                summary: "openai-chat:MODEL[@BASE_URL] or replay:FILE (SWITCHBOARD_MODEL)"
            ),
            .init(name: "no-chat", summary: "Do not open the chat afterwards"),
            .init(
                name: "home",
                value: "DIR",
                summary: "The folder that holds toolkits/ and agents/ (SWITCHBOARD_HOME)"
            ),
            .init(name: "verbose", summary: "Say on standard error what happens"),
        ],
        details: "Nothing is kept, and no real account is touched. `make run` builds the program and runs this.",
        run: { given in
            let folder = try TextFile.makeTemporaryFolder("switchboard-demo")
            Interrupts.cleanUp(with: { TextFile.removeFolder(folder) })
            defer {
                TextFile.removeFolder(folder)
                Interrupts.cleanUp(with: nil)
            }
            var invocation = given
            invocation.options["sandbox"] = [""]
            invocation.options["data"] = [folder]
            let application = try await Application.open(try invocation.configuration())
            let demo = invocation
            return try await demo.finally({ await application.close() }) {
                try await application.drivers.run {
                    let server = try await application.serve(host: "127.0.0.1", port: 0)
                    return try await demo.finally({ await server.stop(within: 0) }) {
                        try await show(demo, application, server)
                    }
                }
            }
        }
    )

    private static let question = "Prepare the interview of Sarah Jenkins for Product Manager in Pinpoint."

    private static func show(
        _ invocation: Invocation,
        _ application: Application,
        _ server: RunningServer
    ) async throws -> ExitStatus {
        let terminal = invocation.terminal
        terminal.print(terminal.bold("Switchboard") + " on simulated systems, with people who do not exist.")
        for system in server.simulated { terminal.print("  " + terminal.dim(system)) }
        terminal.print("MCP endpoint: \(server.sandboxEndpoint ?? "")")
        terminal.print(terminal.dim("  Any MCP client can use it while this runs; README.md shows how.") + "\n")

        let workplace = try application.workplace(endpoint: nil)
        return try await ChatDesk.open(invocation, at: workplace) { desk in
            let status = await converse(desk, invocation)
            guard status == .done else { return status }
            let run = try await script(invocation, workplace.control)
            guard run == .done, terminal.canAsk, !invocation.has("no-chat") else { return run }
            terminal.print()
            return await desk.chat()
        }
    }

    private static func converse(_ desk: ChatDesk, _ invocation: Invocation) async -> ExitStatus {
        let terminal = invocation.terminal
        let message = desk.recordedMessages?.first ?? question
        desk.introduce()
        terminal.print(terminal.bold("you › ") + message)
        let outcome = await desk.answer(message)
        terminal.print()
        let spent = "\(outcome.modelCalls) model calls, \(outcome.toolCalls) tool calls"
        terminal.print(terminal.dim("(\(spent), \(Int((outcome.seconds * 1000).rounded())) ms)"))
        return outcome.reason == .answered ? .done : outcome.status
    }

    /// The same briefing as a workflow, and what to try next.
    private static func script(_ invocation: Invocation, _ control: ControlClient) async throws -> ExitStatus {
        let terminal = invocation.terminal
        terminal.print("\n" + terminal.bold("The same as a workflow") + ": workflows/interview-briefing.pinpoint.json")
        terminal.print(
            terminal.dim("  Every step is written in the file and kept in a journal; no model chooses any.") + "\n"
        )
        let run = try await control.send(
            "POST",
            "/v1/runs",
            body: [
                "workflow": "interview-briefing", "wait": 60,
                "input": ["candidateName": "Sarah Jenkins", "jobTitle": "Product Manager"],
            ]
        )
        for line in RunText.lines(of: run, terminal) { terminal.print(Terminal.harmless(line)) }
        guard run["state"]?.string == "done" else { return .failed }
        terminal.print(
            "\nTry next, a comment on every open application of a filled job, after your approval of the list"
        )
        terminal.print("(--preview shows the list and writes nothing):")
        terminal.print(
            "  "
                + terminal.bold(
                    "switchboard run bulk-disposition --sandbox jobId=8899 comment=\"Role filled internally.\""
                )
        )
        return .done
    }
}
