package import HTTP

/// What a sandbox does beside the vendors' documented defaults.
package struct SandboxOptions: Sendable {
    /// Whether the vendors' rate limits apply: Pinpoint's own, and ``ashbyRequestsPerMinute`` for Ashby.
    package var limitsRates: Bool
    /// The number of requests in a minute that Ashby allows a key; the vendor publishes no number.
    package var ashbyRequestsPerMinute: Int
    /// Whether Ashby's deprecated `errors` list has objects in it instead of strings; both have been seen.
    package var ashbyErrorsAreObjects: Bool
    /// Takes webhooks to their URLs; nil delivers none.
    package var transport: (any HTTPTransport)?
    /// Waits that many seconds; a parameter, so that tests need not wait.
    package var sleep: @Sendable (Double) async throws -> Void

    package init(
        limitsRates: Bool = false,
        ashbyRequestsPerMinute: Int = 1000,
        ashbyErrorsAreObjects: Bool = false,
        transport: (any HTTPTransport)? = nil,
        sleep: @escaping @Sendable (Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) }
    ) {
        self.limitsRates = limitsRates
        self.ashbyRequestsPerMinute = ashbyRequestsPerMinute
        self.ashbyErrorsAreObjects = ashbyErrorsAreObjects
        self.transport = transport
        self.sleep = sleep
    }
}
