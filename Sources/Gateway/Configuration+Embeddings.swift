import Basics
import HTTP
import ToolRouter

extension Configuration {
    /// The embeddings that help search; nil unless `SWITCHBOARD_EMBEDDINGS_URL` is set.
    ///
    /// `SWITCHBOARD_EMBEDDINGS_MODEL` names the model, `SWITCHBOARD_EMBEDDINGS_KEY` is the key where one is needed.
    ///
    /// - Throws: ``GatewayError`` with code `configuration` when the model is not named or the URL is none.
    func embeddings(transport: any HTTPTransport, file: String) throws(GatewayError) -> EmbeddingSearch? {
        func variable(_ name: String) -> String? {
            environment["SWITCHBOARD_EMBEDDINGS_" + name].flatMap { $0.isEmpty ? nil : $0 }
        }
        guard let url = variable("URL") else { return nil }
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
            throw GatewayError(
                .configuration,
                "SWITCHBOARD_EMBEDDINGS_URL is '\(url)'; set it to a URL such as https://api.example/v1."
            )
        }
        guard let model = variable("MODEL") else {
            throw GatewayError(
                .configuration,
                "SWITCHBOARD_EMBEDDINGS_URL is set and SWITCHBOARD_EMBEDDINGS_MODEL is not; name the model."
            )
        }
        let endpoint = EmbeddingEndpoint(
            baseURL: url,
            model: model,
            key: variable("KEY").map { Secret($0) },
            transport: transport
        )
        return EmbeddingSearch(endpoint: endpoint, file: file, log: log)
    }
}
