import Basics
import JSON
import MCP
import Tools

/// Lists of tools for endpoints that may use several accounts of a toolkit: each of its tools says which, as `connection`.
final class AccountLists: Sendable {
    /// The argument by which a call says which account it means.
    static let argument = "connection"

    private let made = Locked<MCPToolList?>(nil)

    /// The list of a scope, with the argument where there is a choice.
    ///
    /// - Parameters:
    ///   - scope: The tools.
    ///   - accounts: The connections that may be used, by toolkit; the same at every call.
    func list(_ scope: ToolScope, accounts: [String: [String]]) -> MCPToolList {
        let several = accounts.filter { $0.value.count > 1 }
        guard !several.isEmpty else { return scope.list }
        let version = scope.version + "+accounts"
        if let list = made.withLock({ $0 }), list.version == version { return list }
        let tools = scope.tools.map { tool in
            var shown = MCPTool(tool)
            guard let ids = several[tool.toolkit], !AccountLists.hasOwn(tool) else { return shown }
            var properties = shown.inputSchema["properties"] ?? [:]
            properties[AccountLists.argument] = [
                "type": "string", "enum": .array(ids.map { .string($0) }),
                "description": "Which account of \(tool.toolkit) to use.",
            ]
            shown.inputSchema["properties"] = properties
            let required = shown.inputSchema["required"]?.array ?? []
            shown.inputSchema["required"] = .array(required + [.string(AccountLists.argument)])
            return shown
        }
        let list = MCPToolList(version: version, tools: tools)
        made.withLock { $0 = list }
        return list
    }

    /// Takes the argument out of a call's arguments, unless the tool has one of that name itself.
    static func takeAccount(_ call: inout ToolCall, tool: ToolSpecification) {
        guard let id = call.arguments[argument]?.string, !hasOwn(tool) else { return }
        call.arguments[argument] = nil
        call.connection = id
    }

    private static func hasOwn(_ tool: ToolSpecification) -> Bool {
        tool.inputSchema["properties"]?[argument] != nil
    }
}
