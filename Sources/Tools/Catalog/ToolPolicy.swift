/// Which tools exist for somebody: the conditions hold together, and a list that is empty lets nothing through.
package struct ToolPolicy: Sendable, Hashable {
    /// Which toolkits count.
    package enum Toolkits: Sendable, Hashable {
        case all
        case only([String])
        case except([String])
    }

    /// Which tools of one toolkit count.
    package enum Names: Sendable, Hashable {
        case only([String])
        case except([String])
    }

    package var toolkits: Toolkits
    /// Any of `read`, `write`, `custom` and ``verbs``; nil for no condition.
    package var methods: [String]?
    /// Any of these tags; nil for no condition.
    package var tags: [String]?
    /// These tools alone; nil for no condition.
    package var tools: [String]?
    /// Conditions on the tools of single toolkits, by toolkit; others are not touched.
    package var toolsByToolkit: [String: Names] = [:]
    /// The connections that calls may use, by toolkit; a toolkit that is not in it may use any of the user's.
    package var connections: [String: [String]] = [:]

    /// The exact verbs that ``methods`` may name.
    package static let verbs = ["list", "get", "create", "update", "delete"]
    /// Every word that ``methods`` may have.
    package static let methodWords = ["read", "write", "custom"] + verbs

    /// A policy; without arguments, one that lets everything through.
    package init(
        toolkits: Toolkits = .all,
        methods: [String]? = nil,
        tags: [String]? = nil,
        tools: [String]? = nil
    ) {
        self.toolkits = toolkits
        self.methods = methods
        self.tags = tags
        self.tools = tools
    }

    /// Whether a tool exists under this policy.
    package func allows(_ tool: ToolSpecification) -> Bool {
        switch toolkits {
        case .all: break
        case .only(let names): guard names.contains(tool.toolkit) else { return false }
        case .except(let names): guard !names.contains(tool.toolkit) else { return false }
        }
        if let tools, !tools.contains(tool.name) { return false }
        switch toolsByToolkit[tool.toolkit] {
        case nil: break
        case .only(let names): guard names.contains(tool.name) else { return false }
        case .except(let names): guard !names.contains(tool.name) else { return false }
        }
        if let tags, !tags.contains(where: tool.tags.contains) { return false }
        if let methods { return methods.contains { ToolPolicy.method($0, covers: tool) } }
        return true
    }

    private static func method(_ method: String, covers tool: ToolSpecification) -> Bool {
        switch method {
        case "read": return tool.effect == .read
        case "write": return tool.effect.isWrite
        case "custom": return verb(of: tool) == nil
        default: return verb(of: tool) == method
        }
    }

    /// The exact verb that a tool's name starts with, nil for a tool of another kind.
    private static func verb(of tool: ToolSpecification) -> String? {
        let first = tool.name.prefix { $0 != "_" && $0 != "-" }.lowercased()
        if verbs.contains(first) { return first }
        let word = tool.title.prefix { $0 != " " }.lowercased()
        return verbs.contains(word) ? word : nil
    }
}
