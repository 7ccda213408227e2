import JSON
package import Tools

/// One operation of a toolkit that may be called.
package struct ToolkitTool: Sendable {
    package let specification: ToolSpecification
    /// The argument that can carry a mark by which a record we created is found again; nil where none can.
    package let mark: String?
    /// How what the tool wrote is found again; nil where it cannot be.
    let lookup: LookupRule?
    /// The tool's own settle times; nil for the toolkit's.
    let settle: SettleTimes?
    let operation: OpenAPIOperation
    let arguments: [ToolArgument]
    let shape: ResourceShape?
    let input: InputSchema
    let oneOf: [[String]]
    let constants: JSONObject
    let constantsInBody: Set<String>
    let search: SearchRule?
    let response: ResponseMapping?
    let origin: Origin

    func argument(_ role: ToolArgument.Role) -> ToolArgument? { arguments.first { $0.role == role } }
}
