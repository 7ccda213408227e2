/// A revision of the Model Context Protocol, oldest first.
package enum MCPVersion: String, Sendable, Hashable, CaseIterable, Comparable {
    case november2024 = "2024-11-05"
    case march2025 = "2025-03-26"
    case june2025 = "2025-06-18"
    case november2025 = "2025-11-25"
    case july2026 = "2026-07-28"

    /// The revision without handshake and session, in which every request says its own version.
    package static let modern = july2026

    /// The newest revision that starts with `initialize`.
    package static let newestLegacy = november2025

    /// What a request is served under that follows a handshake but names no version, as clients before 2025-06-18 do.
    package static let unstated = march2025

    package var isModern: Bool { self == .modern }

    /// Whether a POST may be an array of messages: in one revision only.
    var hasBatches: Bool { self == .march2025 }
    var hasAnnotations: Bool { self >= .march2025 }
    /// Titles, output schemas and `structuredContent`.
    var hasStructuredContent: Bool { self >= .june2025 }
    /// Questions to the person at the client.
    var hasElicitation: Bool { self >= .june2025 }
    /// Tasks as a part of the protocol itself; since 2026-07-28 they are an extension.
    var hasCoreTasks: Bool { self == .november2025 }
    /// Whether structured content and output schemas may be other than objects.
    var hasAnyStructure: Bool { isModern }

    package static func < (a: MCPVersion, b: MCPVersion) -> Bool { a.rawValue < b.rawValue }

    /// The revision that an `initialize` gets: the one it asks for when that has a handshake, else the newest that has.
    static func negotiated(_ requested: String) -> MCPVersion {
        guard let version = MCPVersion(rawValue: requested), !version.isModern else { return newestLegacy }
        return version
    }
}
