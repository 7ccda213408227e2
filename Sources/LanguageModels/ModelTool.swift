package import JSON

/// A tool as a model is told about it.
package struct ModelTool: Sendable, Hashable {
    package var name: String
    package var description: String
    /// A JSON Schema with type `object`.
    package var inputSchema: JSONValue

    package init(name: String, description: String, inputSchema: JSONValue) {
        self.name = name
        self.description = description
        self.inputSchema = inputSchema
    }
}

/// The tools of a conversation, encoded once.
///
/// They are in the order of their wire names whatever order they came in, because a provider's prompt cache is lost when
/// one byte of them changes.
package struct ModelToolSet: Sendable {
    package let names: ToolNames
    /// The whole JSON array in the provider's format.
    package let encoded: [UInt8]
    package let count: Int

    package init(_ tools: [ModelTool] = [], dialect: any ModelDialect) {
        let names = ToolNames(tools.map(\.name))
        let sorted = tools.sorted { names.wire($0.name) < names.wire($1.name) }
        self.names = names
        count = tools.count
        encoded = dialect.encode(tools: sorted, names: names)
    }

    package var isEmpty: Bool { count == 0 }
}
