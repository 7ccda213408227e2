/// What an Ashby API key may do.
struct AshbyKey: Sendable {
    var title: String
    var mayWrite = true
    var seesConfidential = true
    var seesPrivate = true
    var mayDelete = true

    static let modules = [
        "jobs", "candidates", "interviews", "hiringProcessMetadata", "organization", "offers", "apiKeys", "approvals",
        "reports", "notetaker", "sourcing", "auditLogs", "emails", "projects",
    ]

    /// The key of that text; nil when it was never made, or was deactivated.
    static func named(_ text: String) -> AshbyKey? {
        switch text {
        case SandboxKeys.ashby: AshbyKey(title: "Sandbox key")
        case SandboxKeys.ashbyReadOnly:
            AshbyKey(
                title: "Read-only key",
                mayWrite: false,
                seesConfidential: false,
                seesPrivate: false,
                mayDelete: false
            )
        case SandboxKeys.ashbyWithoutConfidential: AshbyKey(title: "Key without confidential", seesConfidential: false)
        default: nil
        }
    }

    func allows(_ permission: String) -> Bool {
        if permission == "candidatesDelete" { return mayDelete }
        return permission.hasSuffix("Read") || mayWrite
    }

    var scopes: [String] {
        var scopes = AshbyKey.modules.flatMap { mayWrite ? ["\($0):read", "\($0):write"] : ["\($0):read"] }
        if mayDelete { scopes.append("candidates:delete") }
        return scopes
    }
}
