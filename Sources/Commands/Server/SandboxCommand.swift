import ATSSandbox
import Basics
import Gateway
import JSON

extension Command {
    static let sandbox = Command(
        path: ["sandbox"],
        summary: "Run the simulated systems alone",
        options: Sandbox.toolkits.map {
            Option(
                name: $0 + "-port",
                value: "PORT",
                summary: "Where the simulated \($0) listens (default: a free port)"
            )
        } + [
            .init(name: "seed", value: "N", summary: "Which data are made (default: 1)"),
            .init(
                name: "candidates",
                value: "N",
                summary: "How many candidates (default: \(SandboxWorld.defaultCandidates))"
            ),
            .init(name: "faults", value: "FILE", summary: "Faults to begin with, as docs/sandbox.md describes them"),
            .init(name: "rate-limits", summary: "Apply the vendors' rate limits"),
            .init(name: "now", value: "TIME", summary: "The simulated clock starts at this ISO 8601 time"),
        ],
        run: { invocation in
            var ports: [String: Int] = [:]
            for toolkit in Sandbox.toolkits {
                ports[toolkit] = try invocation.integer(toolkit + "-port", in: 0...65535)
            }
            let seed = try invocation.integer("seed", in: 0...Int.max) ?? 1
            let candidates =
                try invocation.integer("candidates", in: SandboxWorld.defaultCandidates...1_000_000)
                ?? SandboxWorld.defaultCandidates
            var start = SandboxWorld.defaultNow
            if let text = invocation.value("now") {
                guard let instant = Timestamp(iso8601: text) else {
                    throw CommandError.usage("--now takes an ISO 8601 time, not '\(text)'")
                }
                start = instant
            }
            let drivers = try Drivers()
            let sandbox = Sandbox(
                seed: UInt64(seed),
                clock: OffsetClock(startingAt: start),
                candidates: candidates,
                options: SandboxOptions(limitsRates: invocation.has("rate-limits"), transport: drivers.transport)
            )
            let servers = try await SandboxServers.start(sandbox, ports: ports, loops: drivers.loops)
            if let file = invocation.value("faults") {
                let (faults, problems) = SandboxFaultReader.read(try JSONParser.parse(TextFile.read(file)), file: file)
                for problem in problems { invocation.terminal.printError(problem.description) }
                guard problems.isEmpty else { throw CommandError("\(file) cannot be used") }
                for fault in faults { sandbox.control.arm(fault) }
            }
            for served in servers.served {
                let secrets = served.system.secrets.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
                invocation.terminal.print(
                    "Simulated \(served.system.toolkit): \(served.baseURL)  \(secrets.joined(separator: "  "))"
                )
            }
            _ = await Interrupts.next()
            await servers.stop()
            await drivers.stop()
            return .done
        }
    )
}
