import JSON

/// What the author of a file calls its steps.
struct StepNames {
    private let file: JSONValue?

    /// - Parameter source: The text of a definition, as the journal keeps it; nil where it is gone.
    init(source: String?) {
        let known = source.flatMap { try? JSONParser.parse($0) }.flatMap { WorkflowSource(json: $0) }
        file = known.flatMap { try? JSONParser.parse(RelaxedJSON.strict($0.text)) }
    }

    /// The id of the step at a path such as `steps/3/do/1`; without one, the path.
    subscript(path: String) -> String {
        var place = file
        for part in path.split(separator: "/") {
            place =
                Int(part).flatMap { index in
                    place?.array.flatMap { $0.indices.contains(index) ? $0[index] : nil }
                } ?? place?[String(part)]
        }
        return place?["id"]?.string ?? path
    }
}
