package import JSON

/// A workflow file, read and compiled.
package struct Workflow: Sendable {
    /// The path of the file as the person knows it.
    package var file: String
    package var name: String
    package var version: Int
    package var title: String
    package var description: String
    /// Toolkit by alias, in the order of the file.
    package var connections: [(alias: String, toolkit: String)]
    /// The JSON Schema of the input, as written.
    package var input: JSONObject
    package var limits: WorkflowLimits
    /// Runs for which this gives the same text wait for each other; it sees `$input` only.
    package var oneAtATime: Formula?
    package var schedules: [WorkflowSchedule]
    package var triggers: [WorkflowTrigger]
    package var privacy: WorkflowPrivacy
    package var steps: [Step]
    package var source: WorkflowSource
    /// What pins a run: the source's ``WorkflowSource/sha256``.
    package var sha256: String

    /// The toolkit behind an alias.
    package func toolkit(of alias: String) -> String? { connections.first { $0.alias == alias }?.toolkit }

    /// Lines and columns of its text.
    package var map: SourceMap { SourceMap(source.text) }
}
