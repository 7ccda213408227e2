import Basics
import JSON

/// The session of a client of an earlier revision: what it declared with `initialize`, written into the session's id.
///
/// Nothing is kept here, so a session outlives the server. Nothing rests on it either: it says what the client can be
/// asked, which is the client's own business, and grants nothing.
struct MCPSession: Sendable, Hashable {
    /// What the client can be asked.
    var kinds: Set<MCPElicitation.Kind>

    private static let prefix = "sb1"

    /// The id as clients send it with every request: visible ASCII.
    func makeID() -> String {
        let flags = MCPElicitation.Kind.allCases.filter(kinds.contains).map { String($0.rawValue.prefix(1)) }.joined()
        return "\(MCPSession.prefix)-\(flags)-\(Base64.encodeURL(MCPExchange.random(16)))"
    }

    init(kinds: Set<MCPElicitation.Kind>) {
        self.kinds = kinds
    }

    /// Reads an id; nil when this server gave no such id.
    init?(id: String) {
        let parts = id.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        guard id.utf8.count <= 64, parts.count == 3, parts[0] == MCPSession.prefix, parts[2].utf8.count == 22 else {
            return nil
        }
        kinds = []
        for flag in parts[1] {
            guard let kind = MCPElicitation.Kind.allCases.first(where: { $0.rawValue.first == flag }) else {
                return nil
            }
            kinds.insert(kind)
        }
    }
}
