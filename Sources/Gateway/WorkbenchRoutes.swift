package import HTTP
import JSON
import ToolRouter
package import Tools

/// The routes by which commands of the same machine use the tools of a running server: `/v1/workbench/…`.
///
/// They are served on the control socket only: whoever reaches it is the user who owns the data.
package struct WorkbenchRoutes: HTTPHandler {
    private let provider: @Sendable (_ endpoint: String?) async -> (any ToolProvider)?

    /// - Parameter provider: The tools under an endpoint's policy, by its name or id; nil for an unknown one.
    package init(provider: @escaping @Sendable (_ endpoint: String?) async -> (any ToolProvider)?) {
        self.provider = provider
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        let endpoint = PercentEncoding.decodeForm(request.query).first { $0.name == "endpoint" }?.value
        guard let provider = await provider(endpoint) else {
            return Problem(
                404,
                "not_found",
                "There is no endpoint '\(endpoint ?? "")'; `switchboard endpoints list` shows them."
            ).response
        }
        switch (request.method, request.path) {
        case ("GET", "/v1/workbench/tools"):
            let tools: [JSONValue] = provider.tools.map { WorkbenchRoutes.json(of: $0) }
            return .json(JSONWriter.bytes(of: ["tools": .array(tools)]))
        case ("POST", "/v1/workbench/calls"):
            guard let bytes = try? await request.body.collect(limit: 4 << 20),
                let body = try? JSONParser.parse(bytes), let tool = body["tool"]?.string,
                let user = body["user"]?.string
            else { return Problem(400, "invalid", "A call is {\"tool\", \"arguments\", \"user\"}.").response }
            let call = ToolCall(
                tool: tool,
                arguments: body["arguments"]?.object ?? [:],
                user: user,
                origin: body["origin"]?.string.flatMap { Origin(rawValue: $0) } ?? .model,
                context: CallContext(via: body["via"]?.string.flatMap { WorkbenchRoutes.ways.contains($0) ? $0 : nil })
            )
            return .json(WorkbenchRoutes.bytes(of: await provider.call(call)))
        default:
            return Problem.notFound(request.path).response
        }
    }

    private static let ways = ["chat", "mcp"]

    private static func bytes(of result: ToolResult) -> [UInt8] {
        var writer = JSONWriter(capacity: result.payload.count + 256)
        writer.beginObject()
        writer.name("is_error")
        writer.bool(result.isError)
        writer.name("origin")
        writer.string(result.origin.rawValue)
        if let text = result.text {
            writer.name("text")
            writer.string(text)
        }
        writer.name("result")
        writer.raw(result.payload)
        writer.endObject()
        return writer.bytes
    }

    static func json(of tool: ToolSpecification) -> JSONValue {
        [
            "name": .string(tool.name), "title": .string(tool.title), "description": .string(tool.description),
            "toolkit": .string(tool.toolkit), "tags": .array(tool.tags.map { .string($0) }),
            "effect": .string(tool.effect.rawValue), "input_schema": tool.inputSchema,
            "output_schema": tool.outputSchema ?? .null,
        ]
    }

    static func specification(_ value: JSONValue) -> ToolSpecification? {
        guard let name = value["name"]?.string, let effect = value["effect"]?.string.flatMap({ Effect(rawValue: $0) })
        else { return nil }
        return ToolSpecification(
            name: name,
            title: value["title"]?.string ?? name,
            description: value["description"]?.string ?? "",
            toolkit: value["toolkit"]?.string ?? "",
            tags: (value["tags"]?.array ?? []).compactMap(\.string),
            effect: effect,
            inputSchema: value["input_schema"] ?? ["type": "object"],
            outputSchema: value["output_schema"].flatMap { $0.isNull ? nil : $0 }
        )
    }
}
