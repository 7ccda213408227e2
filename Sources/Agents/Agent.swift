package import Tools

/// An agent: who it is, which model it uses by default, and what it may use.
package struct Agent: Sendable, Hashable {
    /// 1 to 64 of lower-case letters, digits, `-` and `_`; also the name of its file.
    package var name: String
    /// One sentence for people who choose an agent.
    package var description: String
    /// The system prompt.
    package var instructions: String
    /// The spec of its model; nil where the person who runs it chooses.
    package var model: String?
    /// 0 to 2; nil for the model's default.
    package var temperature: Double?
    /// Tools it may use, by name.
    package var toolNames: [String]
    /// Tools it uses where they are on offer, and does without where they are not.
    package var optionalTools: [String]
    /// Toolkits all of whose tools it may use.
    package var toolkits: [String]
    package var limits: AgentLimits

    package init(
        name: String,
        description: String,
        instructions: String,
        model: String? = nil,
        temperature: Double? = nil,
        toolNames: [String] = [],
        optionalTools: [String] = [],
        toolkits: [String] = [],
        limits: AgentLimits = AgentLimits()
    ) {
        self.name = name
        self.description = description
        self.instructions = instructions
        self.model = model
        self.temperature = temperature
        self.toolNames = toolNames
        self.optionalTools = optionalTools
        self.toolkits = toolkits
        self.limits = limits
    }

    /// Whether the agent may use a tool; one that names no tools and no toolkits may use none.
    package func mayUse(_ tool: ToolSpecification) -> Bool {
        toolNames.contains(tool.name) || optionalTools.contains(tool.name) || toolkits.contains(tool.toolkit)
    }
}
