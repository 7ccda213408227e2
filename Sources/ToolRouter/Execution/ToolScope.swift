import Basics
import JSON
package import MCP
package import Tools

/// The tools that exist under one policy; of any other there is no trace, in lists, searches and suggestions alike.
package final class ToolScope: Sendable {
    /// The tools, in the catalog's order.
    package let tools: [ToolSpecification]
    /// Changes with the catalog and with the policy.
    package let version: String

    private static let fusionDepth = 50

    /// Whether a tool here starts runs.
    let startsRuns: Bool

    private let positions: [String: Int]
    private let vocabulary: Lazy<SearchVocabulary>
    private let made = Locked<Made>(Made())

    private struct Made {
        var search: ToolSearch?
        var list: MCPToolList?
        var metaLists: [Bool: MCPToolList] = [:]
        var described: [String: [UInt8]] = [:]
    }

    init(catalog: ToolCatalog, policy: ToolPolicy, vocabulary: Lazy<SearchVocabulary>) {
        tools = catalog.tools.filter { !$0.isDormant && policy.allows($0) }
        positions = Dictionary(uniqueKeysWithValues: tools.enumerated().map { ($1.name, $0) })
        startsRuns = tools.contains(where: \.startsRun)
        var hash = StableHash()
        hash.combine(catalog.version.utf8)
        for tool in tools { hash.combine(tool.name.utf8) }
        version = hash.text
        self.vocabulary = vocabulary
    }

    /// The tool of that name, if it exists here.
    package subscript(name: String) -> ToolSpecification? { positions[name].map { tools[$0] } }

    /// Names that resemble one that does not exist here, at most three.
    ///
    /// First come names that are nearly spelt so, then those of tools that have its words.
    package func suggestions(for name: String) -> [String] {
        let name = String(name.prefix(128))
        var near = Similarity.nearest(to: name, among: tools.map(\.name), limit: 3)
        guard near.count < 3 else { return near }
        let outcome = search(String(name.map { $0.isLetter || $0.isNumber ? $0 : " " }), limit: 3)
        for hit in outcome.hits + outcome.nearest where near.count < 3 && !near.contains(hit.tool) {
            near.append(hit.tool)
        }
        return near
    }

    /// The toolkits that have tools here, in order.
    package var toolkits: [String] {
        var seen: Set<String> = []
        return tools.map(\.toolkit).filter { seen.insert($0).inserted }
    }

    /// The tools that serve a request, best first.
    package func search(_ request: String, toolkit: String? = nil, limit: Int) -> SearchOutcome {
        search.search(request, toolkit: toolkit, limit: limit)
    }

    /// Plans, look-alikes and what calls need, of all tools: whoever shows them leaves out what does not exist here.
    var guide: SearchGuide { vocabulary.value.guide }

    /// The tools that serve a request, best first, with the help of embeddings where there are any.
    ///
    /// The answer is that of words alone whenever embeddings have none.
    package func search(
        _ request: String,
        toolkit: String? = nil,
        limit: Int,
        embeddings: EmbeddingSearch?
    ) async -> SearchOutcome {
        guard let embeddings else { return search(request, toolkit: toolkit, limit: limit) }
        let words = search(request, toolkit: toolkit, limit: ToolScope.fusionDepth)
        let first = SearchOutcome(
            hits: Array(words.hits.prefix(limit)),
            abstained: words.abstained,
            nearest: words.nearest
        )
        guard !words.abstained else { return first }
        let utterances = vocabulary.value.utterances
        let texts = tools.filter { toolkit == nil || $0.toolkit == toolkit }.map { tool in
            (tool: tool.name, texts: [tool.title] + (utterances[tool.name] ?? []))
        }
        guard let order = await embeddings.order(search.impersonal(request), among: texts) else { return first }
        return RankFusion.fuse(words, with: order, limit: limit)
    }

    /// What there is to know about a tool, as JSON text; nil when it does not exist here.
    func described(_ name: String) -> [UInt8]? {
        guard let tool = self[name] else { return nil }
        if let described = made.withLock({ $0.described[name] }) { return described }
        let described = JSONWriter.bytes(of: [
            "name": .string(tool.name), "title": .string(tool.title), "toolkit": .string(tool.toolkit),
            "effect": .string(tool.effect.rawValue), "description": .string(tool.description),
            "input_schema": tool.inputSchema,
        ])
        made.withLock { $0.described[name] = described }
        return described
    }

    /// The tools as MCP describes them, made when first asked for.
    package var list: MCPToolList {
        made.withLock { made in
            if let list = made.list { return list }
            let list = MCPToolList(version: version, tools: tools.map { MCPTool($0) })
            made.list = list
            return list
        }
    }

    /// The meta-tools, and what stands beside them here, as MCP describes them; the same whatever else is on offer.
    func metaList(managesConnections: Bool) -> MCPToolList {
        made.withLock { made in
            if let list = made.metaLists[managesConnections] { return list }
            let besides = MetaTools.besides.compactMap { self[$0] }
            let all = (MetaTools.specifications + besides).map { MCPTool($0) }
            let list = MCPToolList(
                version: "meta-3" + (managesConnections ? "" : "s") + "-\(besides.map(\.name).joined(separator: "-"))",
                tools: managesConnections ? all : all.filter { $0.name != "manage_connections" }
            )
            made.metaLists[managesConnections] = list
            return list
        }
    }

    // Made outside the lock: it takes milliseconds, and making it twice does no harm.
    private var search: ToolSearch {
        if let search = made.withLock({ $0.search }) { return search }
        let vocabulary = vocabulary.value
        let search = ToolSearch(tools, utterances: vocabulary.utterances, lexicon: vocabulary.lexicon)
        made.withLock { $0.search = search }
        return search
    }
}

/// What search knows besides the tools themselves.
package struct SearchVocabulary: Sendable {
    package var lexicon: SearchLexicon
    /// How people ask for a tool, by its name.
    package var utterances: [String: [String]]
    /// Plans, look-alikes and what calls need.
    package var guide: SearchGuide

    package init(
        lexicon: SearchLexicon = SearchLexicon(),
        utterances: [String: [String]] = [:],
        guide: SearchGuide = SearchGuide()
    ) {
        self.lexicon = lexicon
        self.utterances = utterances
        self.guide = guide
    }
}

extension MCPTool {
    /// A tool of ours in MCP's words.
    package init(_ tool: ToolSpecification) {
        self.init(
            name: tool.name,
            title: tool.title,
            description: tool.description,
            inputSchema: tool.inputSchema,
            outputSchema: tool.outputSchema,
            annotations: MCPToolAnnotations(tool.effect),
            startsTask: tool.startsRun
        )
    }
}

extension MCPToolAnnotations {
    /// The hints that follow from an effect; every tool reaches the world outside.
    package init(_ effect: Effect) {
        self.init(
            readOnly: effect == .read,
            destructive: effect == .set || effect == .destroy,
            idempotent: effect == .read || effect == .set || effect == .keyed,
            openWorld: true
        )
    }
}
