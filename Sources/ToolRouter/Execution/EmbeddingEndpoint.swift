package import Basics
package import HTTP
import JSON

/// A service that turns texts into vectors: `POST {base}/embeddings` as OpenAI describes it.
package struct EmbeddingEndpoint: Sendable {
    /// Ends before `/embeddings`, such as `https://api.example/v1`.
    package var baseURL: String
    package var model: String
    package var key: Secret?
    /// How long a request may wait for the vector of its text, in seconds.
    package var patience: Double

    private let transport: any HTTPTransport
    private static let largestAnswer = 64 << 20

    package init(
        baseURL: String,
        model: String,
        key: Secret? = nil,
        patience: Double = 0.3,
        transport: any HTTPTransport
    ) {
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.model = model
        self.key = key
        self.patience = patience
        self.transport = transport
    }

    /// One vector of length 1 for each text, in their order.
    ///
    /// - Parameter seconds: For the whole exchange.
    /// - Throws: ``RouterError`` with code `storage` for an answer that is not one, or what the transport throws.
    func vectors(of texts: [String], within seconds: Double) async throws -> [[Float]] {
        var fields: HTTPFields = ["Content-Type": "application/json", "Accept": "application/json"]
        if let key { fields["Authorization"] = "Bearer " + key.reveal() }
        let body = JSONWriter.bytes(of: ["model": .string(model), "input": .array(texts.map { .string($0) })])
        var options = HTTPRequestOptions()
        options.totalTimeout = seconds
        options.connectTimeout = seconds
        options.idleTimeout = seconds
        options.mayRepeat = true
        options.maximumResponseSize = EmbeddingEndpoint.largestAnswer
        let request = try HTTPRequest(method: "POST", url: baseURL + "/embeddings", fields: fields, body: .bytes(body))
        let response = try await transport.send(request, options: options)
        let content = try await response.body.collect(limit: EmbeddingEndpoint.largestAnswer)
        guard response.status == 200 else { throw failure("status \(response.status)") }
        guard let data = try JSONParser.parse(content)["data"]?.array, data.count == texts.count else {
            throw failure("not one vector for each text")
        }
        var vectors = [[Float]](repeating: [], count: texts.count)
        for (position, item) in data.enumerated() {
            let index = item["index"]?.integer ?? position
            guard vectors.indices.contains(index), let numbers = item["embedding"]?.array else {
                throw failure("a vector is missing")
            }
            vectors[index] = EmbeddingEndpoint.normalized(numbers.map { Float($0.number?.double ?? .nan) })
        }
        let size = vectors.first?.count ?? 0
        guard size > 0, vectors.allSatisfy({ $0.count == size && $0.allSatisfy(\.isFinite) }) else {
            throw failure("vectors of different or no length")
        }
        return vectors
    }

    private func failure(_ what: String) -> RouterError {
        RouterError(.storage, "The embeddings endpoint \(baseURL) gave \(what) for model \(model).")
    }

    private static func normalized(_ vector: [Float]) -> [Float] {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return vector.map { $0 / length }
    }
}
