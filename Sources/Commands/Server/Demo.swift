import Agents
import Basics
import Gateway
import Glibc

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
            var template = Array("/tmp/switchboard-demo-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw CommandError("no temporary folder can be made in /tmp") }
            let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            Interrupts.cleanUp(with: { TemporaryFolder.remove(folder) })
            defer {
                TemporaryFolder.remove(folder)
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

        return try await ChatDesk.open(invocation, at: try application.workplace(endpoint: nil)) { desk in
            await converse(desk, invocation)
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
        guard outcome.reason == .answered else { return outcome.status }
        guard terminal.canAsk, !invocation.has("no-chat") else { return .done }
        terminal.print()
        return await desk.chat()
    }
}
