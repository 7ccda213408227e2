package import Basics
import JSON

/// Every tool that there is at one moment, from all providers, under unique names.
package struct ToolCatalog: Sendable {
    /// The tools, in the providers' order.
    package let tools: [ToolSpecification]
    /// Changes whenever anything does that a client could see.
    package let version: String
    /// Tools that were left out because another has their name.
    package let problems: [Diagnostic]

    private let providers: [any ToolProvider]
    private let places: [String: Place]

    private struct Place {
        var tool: Int
        var provider: Int
    }

    /// Takes stock of what providers offer now.
    package init(_ providers: [any ToolProvider]) {
        var tools: [ToolSpecification] = []
        var places: [String: Place] = [:]
        var problems: [Diagnostic] = []
        for (number, provider) in providers.enumerated() {
            for tool in provider.tools {
                if let place = places[tool.name] {
                    problems.append(
                        Diagnostic(
                            .error,
                            file: tool.toolkit,
                            "the tool \(tool.name) is left out: \(tools[place.tool].toolkit) has one of that name"
                        )
                    )
                    continue
                }
                places[tool.name] = Place(tool: tools.count, provider: number)
                tools.append(tool)
            }
        }
        self.tools = tools
        self.places = places
        self.problems = problems
        self.providers = providers
        version = ToolCatalog.version(of: tools)
    }

    /// The tool of that name.
    package subscript(name: String) -> ToolSpecification? { places[name].map { tools[$0.tool] } }

    /// The position of a tool in ``tools``.
    package func position(of name: String) -> Int? { places[name]?.tool }

    /// The provider that runs a tool.
    package func provider(of name: String) -> (any ToolProvider)? { places[name].map { providers[$0.provider] } }

    /// The toolkits that have tools, in order of their first one.
    package var toolkits: [String] {
        var seen: Set<String> = []
        return tools.map(\.toolkit).filter { seen.insert($0).inserted }
    }

    private static func version(of tools: [ToolSpecification]) -> String {
        var hash = StableHash()
        for tool in tools {
            for text in [tool.name, tool.title, tool.description, tool.toolkit, tool.effect.rawValue] + tool.tags {
                hash.combine(text.utf8)
            }
            hash.combine(JSONWriter.bytes(of: tool.inputSchema))
            hash.combine(tool.outputSchema.map { JSONWriter.bytes(of: $0) } ?? [])
        }
        return hash.text
    }
}
