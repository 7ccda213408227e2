import Basics
import EventLoops
import HTTP
package import LanguageModels
package import Transcripts
import WebServer

/// A model that is ready to be asked.
package struct ResolvedModel: Sendable {
    package let model: any LanguageModel
    /// What to call it on the screen.
    package let name: String
    /// The recording whose words it says; nil for a real model.
    package let recording: Recording?
    /// The server that says them.
    package let replay: ReplayModelServer?
    private let server: HTTPServer?

    fileprivate init(
        model: any LanguageModel,
        name: String,
        recording: Recording? = nil,
        replay: ReplayModelServer? = nil,
        server: HTTPServer? = nil
    ) {
        self.model = model
        self.name = name
        self.recording = recording
        self.replay = replay
        self.server = server
    }

    /// Stops what was started for the model.
    package func close() async { await server?.shutDown(within: 0) }
}

/// Makes models ready.
struct ModelDesk: Sendable {
    let configuration: Configuration
    let drivers: Drivers

    /// The model that is used when only `OPENAI_API_KEY` says that there is one.
    static let defaultModel = "openai-chat:gpt-5"

    /// Makes ready the model that a spec names; without one, that of the environment; without that, the recording.
    ///
    /// - Parameters:
    ///   - spec: As `--model` takes it.
    ///   - records: Whether a replay notes what tools answer now, instead of holding it against the recording.
    /// - Throws: ``GatewayError`` or `ModelError`, with what to do.
    func model(_ spec: String?, records: Bool = false) async throws -> ResolvedModel {
        let environment = configuration.environment
        let key = environment["OPENAI_API_KEY"].flatMap { $0.isEmpty ? nil : Secret($0) }
        let chosen = spec ?? environment["SWITCHBOARD_MODEL"].flatMap { $0.isEmpty ? nil : $0 }
        let text =
            chosen
            ?? (key == nil
                ? "replay:" + configuration.home.transcripts + "/interview-briefing.jsonl" : Self.defaultModel)
        switch try ModelSpec(text) {
        case .openAIChat(let model, let baseURL):
            let own = environment["OPENAI_BASE_URL"].flatMap { $0.isEmpty ? nil : $0 } ?? OpenAIChatConfiguration.openAI
            let url = baseURL ?? own
            // The key of the environment belongs to the address of the environment, not to any that an option names.
            let credential = key.map { ModelCredential(key: $0, baseURL: own) }
            if url == OpenAIChatConfiguration.openAI, key == nil {
                throw GatewayError(
                    .model,
                    "\(text) needs a key: set OPENAI_API_KEY, or name another server with @BASE_URL"
                )
            }
            let configuration = OpenAIChatConfiguration(model: model, baseURL: url, credential: credential)
            let client = OpenAIChatModel(configuration, transport: drivers.transport)
            return ResolvedModel(model: client, name: client.name)
        case .replay(let file):
            return try await replay(file, records: records)
        }
    }

    private func replay(_ file: String, records: Bool) async throws -> ResolvedModel {
        let (recording, diagnostics) = Recording.read(try TextFile.read(file), file: file)
        guard let recording else {
            let problems = diagnostics.map(\.description).joined(separator: "\n")
            throw GatewayError(.file, "the recording cannot be used:\n\(problems)")
        }
        let replay = ReplayModelServer(recording: recording, mode: records ? .record : .verify)
        let server = try await HTTPServer.start(replay, on: .tcp(host: "127.0.0.1", port: 0), loops: drivers.loops)
        let configuration = OpenAIChatConfiguration(
            model: "recording",
            baseURL: "http://127.0.0.1:\(server.port)/v1"
        )
        return ResolvedModel(
            model: OpenAIChatModel(configuration, transport: drivers.transport),
            name: "recording '\(recording.name)'",
            recording: recording,
            replay: replay,
            server: server
        )
    }
}

extension Workplace {
    /// Makes ready the model that a spec names; without one, that of the environment; without that, the recording.
    ///
    /// - Parameters:
    ///   - spec: As `--model` takes it.
    ///   - records: Whether a replay notes what tools answer now, instead of holding it against the recording.
    /// - Throws: ``GatewayError`` or `ModelError`, with what to do.
    package func model(_ spec: String?, records: Bool = false) async throws -> ResolvedModel {
        try await ModelDesk(configuration: configuration, drivers: drivers).model(spec, records: records)
    }
}
