import Gateway
import MCP

extension Command {
    static let mcp = Command(
        path: ["mcp"],
        summary: "Be an MCP server on standard input and output",
        options: [
            .init(name: "endpoint", value: "NAME", summary: "Offer what this endpoint allows (default: every tool)")
        ] + CommonOptions.places,
        details: "For clients that start their servers themselves, such as Claude Desktop.",
        run: { invocation in
            try await invocation.withWorkplace { workplace in
                let server = MCPServer(service: workplace.service, name: "switchboard", version: Configuration.version)
                try await MCPStdioServer(server: server).runOnStandardStreams()
                return .done
            }
        }
    )
}
