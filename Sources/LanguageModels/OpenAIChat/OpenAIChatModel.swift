package import Basics
package import HTTP
import JSON

/// A model behind OpenAI's Chat Completions, or behind any of the many servers that speak it.
package struct OpenAIChatModel: LanguageModel {
    private let configuration: OpenAIChatConfiguration
    private let transport: any HTTPTransport
    private let clock: any WallClock
    private let sleep: @Sendable (Double) async throws -> Void

    /// - Parameters:
    ///   - configuration: The server and the model.
    ///   - transport: What sends requests.
    ///   - clock: The time of day, for `Retry-After` dates.
    ///   - sleep: Waits some seconds between attempts.
    package init(
        _ configuration: OpenAIChatConfiguration,
        transport: any HTTPTransport,
        clock: any WallClock = SystemClock(),
        sleep: @escaping @Sendable (Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) }
    ) {
        self.configuration = configuration
        self.transport = transport
        self.clock = clock
        self.sleep = sleep
    }

    package var name: String {
        let isOpenAI = configuration.baseURL == OpenAIChatConfiguration.openAI
        return "openai-chat:\(configuration.model)" + (isOpenAI ? "" : "@\(configuration.baseURL)")
    }

    package var dialect: any ModelDialect { OpenAIChatDialect() }

    package func events(for request: ModelRequest) -> ModelEventStream {
        ModelEventStream {
            OpenAIChatExchange(
                request: request,
                configuration: configuration,
                transport: transport,
                clock: clock,
                sleep: sleep
            )
        }
    }
}
