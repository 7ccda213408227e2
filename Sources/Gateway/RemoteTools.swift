import Basics
import HTTP
import JSON
package import Tools

/// The tools of a server that owns the data folder, for a command that runs beside it.
package struct RemoteTools: ToolProvider {
    package let tools: [ToolSpecification]
    private let control: ControlClient
    private let endpoint: String?

    /// Asks the server what it offers.
    ///
    /// - Parameters:
    ///   - control: The way to the server.
    ///   - endpoint: The endpoint whose policy holds; nil for the meta-tools over everything.
    /// - Throws: ``ControlError``, or `HTTPError`.
    package init(control: ControlClient, endpoint: String?) async throws {
        self.control = control
        self.endpoint = endpoint
        let answer = try await control.send("GET", "/v1/workbench/tools" + RemoteTools.query(endpoint))
        tools = (answer["tools"]?.array ?? []).compactMap { WorkbenchRoutes.specification($0) }
    }

    package func call(_ call: ToolCall) async -> ToolResult {
        var body: JSONObject = [
            "tool": .string(call.tool), "arguments": .object(call.arguments), "user": .string(call.user),
            "origin": .string(call.origin.rawValue),
        ]
        body["via"] = call.context.via.map { .string($0) }
        do {
            let answer = try await control.send(
                "POST",
                "/v1/workbench/calls" + RemoteTools.query(endpoint),
                body: .object(body)
            )
            return ToolResult(
                answer["result"] ?? .null,
                text: answer["text"]?.string,
                isError: answer["is_error"]?.bool ?? false,
                origin: answer["origin"]?.string.flatMap { Origin(rawValue: $0) } ?? .ats
            )
        } catch let error as ControlError {
            return .failure("refused", "The Switchboard server refused the call: \(error)")
        } catch {
            return .failure("server_unreachable", "The Switchboard server did not answer: \(error)")
        }
    }

    private static func query(_ endpoint: String?) -> String {
        endpoint.map { "?endpoint=" + PercentEncoding.encode($0) } ?? ""
    }
}
