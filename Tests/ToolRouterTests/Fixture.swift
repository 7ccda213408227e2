import Basics
import Connections
import JSON
import Storage
import TestSupport
import ToolRouter
import Tools

/// A provider whose tools answer with what they were called with, and remember it.
final class EchoTools: ToolProvider {
    let tools: [ToolSpecification]
    private let seen = Locked<[ToolCall]>([])

    init(_ tools: [ToolSpecification]) { self.tools = tools }

    /// The calls so far, in the order of their tools' names.
    var calls: [ToolCall] { seen.withLock { $0 }.sorted { $0.tool < $1.tool } }

    func call(_ call: ToolCall) async -> ToolResult {
        seen.withLock { $0.append(call) }
        if call.arguments["fail"] != nil {
            return .failure("upstream_error", "It failed.", details: ["status": call.arguments["fail"] ?? .null])
        }
        return ToolResult(["tool": .string(call.tool), "arguments": .object(call.arguments)], origin: .candidate)
    }
}

enum Fixture {
    static func tool(
        _ name: String,
        _ title: String,
        _ description: String,
        toolkit: String = "acme",
        tags: [String] = [],
        effect: Effect = .read
    ) -> ToolSpecification {
        ToolSpecification(
            name: name,
            title: title,
            description: description,
            toolkit: toolkit,
            tags: tags,
            effect: effect,
            inputSchema: [
                "type": "object",
                "properties": ["id": ["type": "string", "description": "The id."], "note": ["type": "string"]],
                "required": ["id"],
            ]
        )
    }

    static let tools = [
        tool("list_all_acme_candidates", "List Candidates", "Lists candidates. Everybody.", tags: ["people"]),
        tool("get_single_acme_job_by_id", "Get Job", "Gets a job.", tags: ["jobs"]),
        tool("create_a_acme_comment", "Create Comment", "Adds a comment.", tags: ["people"], effect: .create),
        tool("delete_a_acme_job_by_id", "Delete Job", "Deletes a job.", tags: ["jobs"], effect: .destroy),
        tool("list_all_beta_offers", "List Offers", "Lists offers.", toolkit: "beta", tags: ["offers"]),
    ]

    static let lexicon = SearchLexicon.read(
        [
            "verbs": ["list": ["list", "show"], "get": ["get"], "create": ["create", "write"], "delete": ["delete"]],
            "entities": [
                "candidate": ["candidate", "people"], "job": ["job", "role"], "comment": ["comment"],
                "offer": ["offer"],
            ],
            "concepts": [],
        ],
        file: "lexicon.json"
    ).lexicon

    static func connections() -> FixedConnections {
        FixedConnections(
            [AuthorizedConnection(id: "env_acme", toolkit: "acme", secrets: ["api_key": Secret("k")])],
            label: "environment",
            howToRenew: "Set ACME_API_KEY anew."
        )
    }

    static func router(
        _ provider: EchoTools = EchoTools(tools),
        guide: SearchGuide = SearchGuide(),
        results: ResultStore = ResultStore(),
        invitations: (any ConnectionInviting)? = nil
    ) -> Router {
        Router(
            providers: [provider],
            connections: connections(),
            results: results,
            invitations: invitations,
            writes: .unprotected,
            vocabulary: SearchVocabulary(lexicon: lexicon, utterances: guide.utterances, guide: guide)
        )
    }

    static func json(_ bytes: [UInt8]) throws -> JSONValue { try JSONParser.parse(bytes) }
}
