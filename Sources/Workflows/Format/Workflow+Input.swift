package import JSON

extension Workflow {
    /// The input of a run: what was given, with the schema's defaults for what was not.
    ///
    /// Values that can mean only one thing are brought into form, because command lines and models write numbers for ids
    /// and one value for a list of one.
    /// - Throws: ``WorkflowError`` with code `invalid_input` that names every problem.
    package func input(from given: JSONObject) throws(WorkflowError) -> JSONObject {
        var complete = given
        for property in input["properties"]?.object ?? [:] {
            if let value = complete[property.name] {
                complete[property.name] = Workflow.formed(value, as: property.value)
            } else {
                complete[property.name] = property.value["default"]
            }
        }
        let issues = JSONSchema(.object(input)).issues(in: .object(complete))
        guard issues.isEmpty else {
            throw WorkflowError(
                "invalid_input",
                "the input does not fit \(name): \(issues.prefix(10).map(\.description).joined(separator: " ")) "
                    + "`switchboard workflows explain \(name)` tells what it takes"
            )
        }
        return complete
    }

    private static func formed(_ value: JSONValue, as schema: JSONValue) -> JSONValue {
        switch (schema["type"]?.string, value) {
        case ("string"?, .number(let number)): .string(number.text)
        case ("string"?, .bool(let flag)): .string(flag ? "true" : "false")
        case ("integer"?, .string(let text)): Int(text).map { .integer($0) } ?? value
        case ("number"?, .string(let text)):
            (try? JSONParser.parse(text)).flatMap { $0.number == nil ? nil : $0 } ?? value
        case ("boolean"?, .string("true")): true
        case ("boolean"?, .string("false")): false
        case ("array"?, .array(let items)): .array(items.map { formed($0, as: schema["items"] ?? [:]) })
        case ("array"?, .string), ("array"?, .number): .array([formed(value, as: schema["items"] ?? [:])])
        default: value
        }
    }
}
