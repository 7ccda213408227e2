package import Agents
package import Basics
import HTTP
import JSON
import LanguageModels
package import MCP
package import Tools
import Transcripts

/// What a person at this machine works with: tools, models and agents, whether a server runs beside or not.
package struct Workplace: Sendable {
    package let configuration: Configuration
    /// The tools on offer.
    package let tools: any ToolProvider
    package let drivers: Drivers
    /// What day it is, for agents.
    let clock: any WallClock
    private let transcripts: String?
    /// Where approvals are shown and decided.
    package let control: ControlClient

    package init(
        configuration: Configuration,
        tools: any ToolProvider,
        drivers: Drivers,
        clock: any WallClock,
        transcripts: String?,
        control: ControlClient
    ) {
        self.configuration = configuration
        self.tools = tools
        self.drivers = drivers
        self.clock = clock
        self.transcripts = transcripts
        self.control = control
    }

    /// The tools as an MCP client sees them.
    package var service: any MCPService {
        ProviderService(
            provider: tools,
            user: configuration.defaultUser,
            instructions:
                "Tools of applicant tracking systems. search_tools finds what you need, execute_tools runs it."
        )
    }

    /// Begins a conversation with an agent.
    ///
    /// The run is recorded in the data folder, except in the sandbox.
    ///
    /// - Parameters:
    ///   - name: The agent.
    ///   - model: What answers.
    ///   - tools: What the agent may use; nil for the tools on offer.
    /// - Throws: ``GatewayError`` with every problem of the agent's file.
    package func session(
        agent name: String,
        model: ResolvedModel,
        tools: (any ToolProvider)? = nil
    ) throws -> AgentSession {
        let home = configuration.home.path
        let (loaded, diagnostics) = AgentLoader { try TextFile.read(home + "/" + $0) }.load(name)
        guard let agent = loaded else {
            let problems = diagnostics.map(\.description).joined(separator: "\n")
            throw GatewayError(.file, "the agent '\(name)' cannot be used:\n\(problems)")
        }
        var recorder: TranscriptRecorder?
        if let transcripts {
            let id = Identifier.make("run")
            recorder = try TranscriptRecorder(
                path: transcripts + "/" + id + ".jsonl",
                header: TranscriptHeader(id: id, started: SystemClock().now(), agent: name, model: model.name)
            )
        }
        return try AgentSession(
            agent: agent,
            model: model.model,
            tools: TaggedTools(provider: tools ?? self.tools, via: "chat"),
            user: configuration.defaultUser,
            transcript: recorder,
            clock: clock
        )
    }
}
