package import JSON

/// What there is to know about a tool before it is called.
package struct ToolSpecification: Sendable, Hashable {
    /// The name that calls use: 1 to 64 of letters, digits, `_` and `-`.
    package var name: String
    /// The name that people read.
    package var title: String
    /// What it does, when to use it, what comes back; for a model.
    package var description: String
    /// The toolkit it belongs to.
    package var toolkit: String
    /// Words to filter by.
    package var tags: [String]
    package var effect: Effect
    /// A JSON Schema (2020-12) with type `object`; one flat object of arguments.
    package var inputSchema: JSONValue
    /// A JSON Schema of the result, where it is known.
    package var outputSchema: JSONValue?
    /// Notes on a tool that is not certain to work as described, for people.
    package var notes: [String]
    /// Whether it lacks something that must be set up first: it is not shown, and a call says what to do.
    package var isDormant = false
    /// Whether a call starts a run, which can go on after the call was answered.
    package var startsRun: Bool

    package init(
        name: String,
        title: String,
        description: String,
        toolkit: String,
        tags: [String] = [],
        effect: Effect,
        inputSchema: JSONValue,
        outputSchema: JSONValue? = nil,
        notes: [String] = [],
        startsRun: Bool = false
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.toolkit = toolkit
        self.tags = tags
        self.effect = effect
        self.inputSchema = inputSchema
        self.outputSchema = outputSchema
        self.notes = notes
        self.startsRun = startsRun
    }
}
