/// One part of what a model said; every provider's format is translated to these and back.
package enum ModelItem: Sendable, Hashable {
    /// Words for the reader.
    case text(String)
    /// What the model thought before it spoke: text where the provider shows it, and the provider's own block verbatim.
    case reasoning(text: String, opaque: [UInt8]?)
    /// A wish to call a tool.
    case toolCall(ModelToolCall)
    /// Words that decline the request; final, but not a success.
    case refusal(String)
    /// The provider's own summary of what came before, verbatim.
    case compaction([UInt8])
}

/// A model's wish to call a tool; nothing has been checked yet.
package struct ModelToolCall: Sendable, Hashable {
    /// What pairs the call with its result; unique within its reply.
    package var callID: String
    /// The provider's own identifier of the item, where it differs.
    package var itemID: String?
    /// The tool's name as it was offered, or as the model invented it.
    package var name: String
    /// The name on the wire; see ``ToolNames``.
    package var wireName: String
    /// The arguments as the model wrote them: meant to be a JSON object, but not checked.
    ///
    /// Never empty.
    package var arguments: String

    package init(callID: String, itemID: String? = nil, name: String, wireName: String? = nil, arguments: String) {
        self.callID = callID
        self.itemID = itemID
        self.name = name
        self.wireName = wireName ?? name
        self.arguments = arguments
    }
}

/// What came of a tool call, for the model to read.
package struct ModelToolResult: Sendable, Hashable {
    /// The call it answers.
    package var callID: String
    package var content: String
    package var isError: Bool

    package init(callID: String, content: String, isError: Bool = false) {
        self.callID = callID
        self.content = content
        self.isError = isError
    }
}
