import HTTP

/// A signed request to somebody who subscribed.
struct WebhookDelivery: Sendable {
    var url: String
    var fields: HTTPFields
    var body: [UInt8]

    /// Answers after which the vendor does not try again.
    var final: [Int]
    /// The seconds after an attempt, counted from 1, until the next.
    var wait: @Sendable (Int) -> Double

    private static let attempts = 10

    /// Sends it until it is taken, ten times at most.
    func send(over transport: any HTTPTransport, sleep: @Sendable (Double) async throws -> Void) async {
        for attempt in 1...WebhookDelivery.attempts {
            guard let request = try? HTTPRequest(method: "POST", url: url, fields: fields, body: .bytes(body)) else {
                return
            }
            var options = HTTPRequestOptions()
            options.totalTimeout = 5
            if let response = try? await transport.send(request, options: options) {
                if (200...299).contains(response.status) || final.contains(response.status) { return }
            }
            do { try await sleep(wait(attempt)) } catch { return }
        }
    }
}
