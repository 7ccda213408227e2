/// The API keys that the simulators know; none of them opens anything else.
package enum SandboxKeys {
    /// May do everything in Ashby.
    package static let ashby = "sandbox-ashby-key"
    /// May read everything in Ashby that is not confidential or private, and write nothing.
    package static let ashbyReadOnly = "sandbox-ashby-read-only-key"
    /// May do everything in Ashby, but its confidential jobs are hidden.
    package static let ashbyWithoutConfidential = "sandbox-ashby-no-confidential-key"
    /// Was deactivated in Ashby.
    package static let ashbyRevoked = "sandbox-ashby-revoked-key"
    /// May do everything in Pinpoint.
    package static let pinpoint = "sandbox-pinpoint-key"
    /// May only read in Pinpoint.
    package static let pinpointReadOnly = "sandbox-pinpoint-read-only-key"
    /// Belongs to a Pinpoint account whose integration is switched off.
    package static let pinpointOff = "sandbox-pinpoint-off-key"
    /// Was revoked in Pinpoint.
    package static let pinpointRevoked = "sandbox-pinpoint-revoked-key"
    /// Signs webhooks that the program itself sets up.
    package static let webhooks = "sandbox-webhook-secret"
}
