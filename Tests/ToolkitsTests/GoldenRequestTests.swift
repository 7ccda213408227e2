import Basics
import Glibc
import HTTP
import JSON
import Testing
import Toolkits
import Tools

/// The exact request that each tool makes, held against a file that is read when a tool changes.
///
/// With `RECORD_GOLDENS` in the environment the file is written anew; the difference is then to be reviewed.
@Suite struct GoldenRequestTests {
    private static let path = Fixture.home + "/Tests/ToolkitsTests/Fixtures/requests.json"

    @Test func `every tool makes the request that is written down`() async throws {
        var recorded = JSONObject()
        for tool in Fixture.toolkits.toolkits.flatMap(\.specifications) {
            let arguments = GoldenRequestTests.sample(tool)
            let api = FakeAPI(json: #"{"success":true,"results":{},"data":[]}"#)
            let result = await Fixture.provider(api).call(tool.name, arguments)
            let request = try #require(api.asked.first, "\(tool.name): \(result.displayText)")
            var golden: JSONObject = [
                "arguments": .object(arguments), "request": .string(request.method + " " + request.url),
            ]
            var fields = JSONObject()
            for field in request.fields { fields[field.name] = .string(field.value) }
            golden["fields"] = .object(fields)
            golden["body"] = api.body ?? api.text.map { .string($0) }
            recorded[tool.name] = .object(golden)
        }
        if getenv("RECORD_GOLDENS") != nil {
            let text = JSONWriter.pretty(.object(recorded)) + "\n"
            try TextFile.write(Array(text.utf8), to: GoldenRequestTests.path)
        }
        let goldens = try #require(GoldenRequestTests.read().object)
        #expect(Set(goldens.names) == Set(recorded.names))
        for golden in goldens { #expect(recorded[golden.name] == golden.value, "\(golden.name)") }
    }

    private static func read() throws -> JSONValue {
        try JSONParser.parse(TextFile.read(path))
    }

    /// A value for every argument that can be given along with the others.
    static func sample(_ tool: ToolSpecification) -> JSONObject {
        // Shorthands say the same as others, and a search makes several requests.
        let skipped: Set<String> =
            switch tool.name {
            case "list_all_pinpoint_comments", "list_all_pinpoint_interviews":
                ["next_cursor", "search", "application_id", "candidate_id"]
            case let name where name.contains("pinpoint"): ["next_cursor", "search", "active"]
            default: ["next_cursor"]
            }
        var arguments = JSONObject()
        for property in tool.inputSchema["properties"]?.object ?? [:] where !skipped.contains(property.name) {
            arguments[property.name] = value(property.value, name: property.name)
        }
        return arguments
    }

    static func value(_ schema: JSONValue, name: String) -> JSONValue {
        if let first = schema["anyOf"]?[0] { return value(first, name: name) }
        if let values = schema["enum"]?.array { return values.last ?? .null }
        switch schema["type"]?.string {
        case "integer": return schema["maximum"] ?? 1_767_225_600_000
        case "number": return 12.5
        case "boolean": return true
        case "array": return [value(schema["items"] ?? [:], name: name)]
        case "object":
            var object = JSONObject()
            for property in schema["properties"]?.object ?? [:] where property.name != "id" && property.name != "remove"
            {
                object[property.name] = value(property.value, name: property.name)
            }
            return .object(object)
        default: break
        }
        if schema["description"] == "The content in base64." { return "SGVsbG8=" }
        switch schema["format"]?.string {
        case "uuid": return "6549e54c-836c-40f3-a723-a17f611a7726"
        case "date-time": return "2026-11-20T09:30:00Z"
        case "date": return "2026-11-20"
        case "uri": return "https://acme.example/x?y=1"
        case "email": return "ann@acme.example"
        default: return name == "id" || name.hasSuffix("_id") ? "98765" : .string("Größe & \(name)")
        }
    }
}
