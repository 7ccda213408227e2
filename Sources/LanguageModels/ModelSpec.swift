/// The text with which a person names a model: `openai-chat:MODEL[@BASE_URL]` or `replay:FILE`.
package enum ModelSpec: Sendable, Hashable, CustomStringConvertible {
    /// A server that speaks OpenAI's Chat Completions, by model and, where it is not OpenAI's own, base URL.
    case openAIChat(model: String, baseURL: String?)
    /// A recorded conversation.
    case replay(file: String)

    /// - Throws: ``ModelError`` with code `invalidSpec` or `unsupportedProvider`, and what would be right.
    package init(_ text: String) throws(ModelError) {
        let provider = text.prefix { $0 != ":" }
        let rest = String(text.dropFirst(provider.count + 1))
        guard provider.count < text.count, !rest.isEmpty else {
            throw ModelError(
                .invalidSpec,
                "'\(text)' does not name a model: write openai-chat:MODEL, openai-chat:MODEL@BASE_URL or replay:FILE"
            )
        }
        switch provider {
        case "openai-chat":
            var split: String.Index?
            for mark in ["@http://", "@https://"] where split == nil { split = ModelSpec.index(of: mark, in: rest) }
            guard let split else {
                self = .openAIChat(model: rest, baseURL: nil)
                return
            }
            let model = String(rest[..<split])
            var baseURL = String(rest[rest.index(after: split)...])
            while baseURL.hasSuffix("/") { baseURL.removeLast() }
            guard !model.isEmpty, !baseURL.hasSuffix(":") else {
                throw ModelError(.invalidSpec, "'\(text)' needs a model before the @ and a host in the base URL")
            }
            self = .openAIChat(model: model, baseURL: baseURL)
        case "replay": self = .replay(file: rest)
        case "openai", "anthropic":
            throw ModelError(
                .unsupportedProvider,
                "'\(provider):' is not available in this version; use openai-chat:MODEL, with @BASE_URL for a compatible server"
            )
        default:
            throw ModelError(
                .invalidSpec,
                "'\(provider)' is not a provider of models; known are openai-chat and replay"
            )
        }
    }

    package var description: String {
        switch self {
        case .openAIChat(let model, nil): "openai-chat:\(model)"
        case .openAIChat(let model, let baseURL?): "openai-chat:\(model)@\(baseURL)"
        case .replay(let file): "replay:\(file)"
        }
    }

    private static func index(of mark: String, in text: String) -> String.Index? {
        var index = text.startIndex
        while index < text.endIndex {
            if text[index...].hasPrefix(mark) { return index }
            index = text.index(after: index)
        }
        return nil
    }
}
