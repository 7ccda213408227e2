/// Which Chat Completions server to ask, and how it differs from others.
package struct OpenAIChatConfiguration: Sendable, Hashable {
    /// OpenAI's own address.
    package static let openAI = "https://api.openai.com/v1"

    package var model: String
    /// Where `/chat/completions` is, without a slash at the end.
    package var baseURL: String
    /// The key; sent only when it was given for this base URL.
    package var credential: ModelCredential?
    /// What the server calls the limit of the output: `max_completion_tokens` at OpenAI, `max_tokens` at many others.
    package var outputLimitField: String
    /// `reasoning_effort`; nil for the model's default.
    package var reasoningEffort: String?
    /// Seconds until a connection must stand.
    package var connectTimeout = 10.0
    /// Seconds without a byte before the answer counts as lost; reasoning can be silent for minutes.
    package var idleTimeout = 180.0
    /// Seconds for a request with its retries, where the request does not say.
    package var totalTimeout = 900.0
    /// Bytes of an answer that are accepted.
    package var maximumResponseSize = 32 << 20
    package var retries = RetryPolicy()

    package init(
        model: String,
        baseURL: String = OpenAIChatConfiguration.openAI,
        credential: ModelCredential? = nil
    ) {
        var baseURL = baseURL
        while baseURL.hasSuffix("/") { baseURL.removeLast() }
        self.model = model
        self.baseURL = baseURL
        self.credential = credential
        outputLimitField = baseURL == OpenAIChatConfiguration.openAI ? "max_completion_tokens" : "max_tokens"
    }

    /// The server and model that a spec names; nil for a spec of another kind.
    ///
    /// - Parameters:
    ///   - spec: What the person asked for.
    ///   - baseURL: Where to ask when the spec has no base URL, such as `OPENAI_BASE_URL`.
    ///   - credential: The key with the base URL that it belongs to; not sent anywhere else.
    package init?(
        _ spec: ModelSpec,
        defaultBaseURL baseURL: String = OpenAIChatConfiguration.openAI,
        credential: ModelCredential?
    ) {
        guard case .openAIChat(let model, let own) = spec else { return nil }
        self.init(model: model, baseURL: own ?? baseURL, credential: credential)
    }
}
