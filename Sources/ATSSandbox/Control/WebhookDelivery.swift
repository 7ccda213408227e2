import HTTP

/// A signed request to somebody who subscribed.
struct WebhookDelivery: Sendable {
    var url: String
    var fields: HTTPFields
    var body: [UInt8]

    private static let attempts = 10
    /// Answers after which the vendor does not try again.
    private static let final = [401, 403, 404, 405, 410]

    /// Sends it until it is taken: ten attempts, (2^n - 1) * 10 seconds apart.
    func send(over transport: any HTTPTransport, sleep: @Sendable (Double) async throws -> Void) async {
        for attempt in 1...WebhookDelivery.attempts {
            guard let request = try? HTTPRequest(method: "POST", url: url, fields: fields, body: .bytes(body)) else {
                return
            }
            var options = HTTPRequestOptions()
            options.totalTimeout = 5
            if let response = try? await transport.send(request, options: options) {
                if (200...299).contains(response.status) || WebhookDelivery.final.contains(response.status) { return }
            }
            do { try await sleep(Double((1 << attempt) - 1) * 10) } catch { return }
        }
    }
}
