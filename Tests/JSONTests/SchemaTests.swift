import JSON
import Testing

/// JSON Schema: what passes, what does not, and what is said about it.
@Suite struct SchemaTests {
    private func issues(_ schema: JSONValue, _ value: JSONValue) -> [String] {
        JSONSchema(schema).issues(in: value).map(\.description)
    }

    @Test(
        arguments: [
            (["type": "string"], "a", true), (["type": "string"], 1, false), (["type": "integer"], 1.0, true),
            (["type": "integer"], 1.5, false), (["type": "number"], 1, true),
            (["type": ["string", "null"]], nil, true),
            (["type": "string", "nullable": true], nil, true), (["type": "boolean"], 0, false),
            (["enum": ["a", "b"]], "c", false), (["const": 3], 3, true), (["minLength": 2], "é", false),
            (["maxLength": 1], "é", true), (["minimum": 1, "maximum": 3], 4, false),
            (["exclusiveMinimum": 1], 1, false),
            (["multipleOf": 0.5], 1.5, true), (["multipleOf": 2], 3, false), (["minItems": 1], [], false),
            (["maxItems": 1], [1, 2], false), (["uniqueItems": true], [1, 1.0], false),
            (["items": ["type": "string"]], ["a", 1], false), (["prefixItems": [["type": "string"]]], ["a", 1], true),
            (["prefixItems": [["type": "string"]], "items": false], ["a", 1], false),
            (["required": ["a"]], [:], false), (["additionalProperties": ["type": "string"]], ["x": 1], false),
            (["minProperties": 1], [:], false), (["not": ["type": "string"]], "a", false), (true, 1, true),
            (false, 1, false), (["allOf": [["minimum": 1], ["maximum": 2]]], 3, false),
            (["anyOf": [["type": "string"], ["type": "null"]]], nil, true),
            (["oneOf": [["type": "integer"], ["minimum": 2]]], 3, false),
            (["oneOf": [["type": "integer"], ["minimum": 2]]], 1, true),
        ] as [(JSONValue, JSONValue, Bool)]
    )
    func `a value passes exactly when the schema allows it`(schema: JSONValue, value: JSONValue, passes: Bool) {
        #expect(JSONSchema(schema).issues(in: value).isEmpty == passes)
    }

    @Test(
        arguments: [
            ("date", "2026-02-28", true), ("date", "2026-02-30", false), ("date", "2026-2-3", false),
            ("date-time", "2026-02-28T10:00:00Z", true), ("date-time", "2026-02-28", false),
            ("uuid", "6549e54c-836c-40f3-a723-a17f611a7726", true), ("uuid", "6549e54c836c40f3a723a17f611a7726", false),
            ("email", "a@b.example", true), ("email", "a@b", false), ("email", "a b@c.example", false),
            ("uri", "https://x.example/a", true), ("uri", "x.example", false), ("unheard-of", "anything", true),
        ]
    )
    func `formats that are known are checked`(format: String, text: String, passes: Bool) {
        #expect(JSONSchema(["format": .string(format)]).issues(in: .string(text)).isEmpty == passes)
    }

    @Test func `an issue names the argument, what was expected and what was there`() {
        let schema: JSONValue = [
            "type": "object", "required": ["id"], "additionalProperties": false,
            "properties": [
                "id": ["type": "string", "format": "uuid"], "limit": ["type": "integer", "minimum": 1, "maximum": 100],
                "status": ["type": "array", "items": ["type": "string", "enum": ["Open", "Closed"]]],
            ],
        ]
        #expect(
            issues(schema, ["limit": 0, "statsu": "Open", "status": ["Open", "Shut"]]) == [
                "limit must be an integer from 1 to 100, not 0.",
                "statsu is not a known name; did you mean status?",
                #"status[1] must be one of "Open", "Closed", not "Shut"."#,
                "id is missing; expected a UUID.",
            ]
        )
        #expect(issues(schema, ["id": "x"]) == [#"id must be a UUID, not "x"."#])
    }

    @Test func `a value that fits no alternative is told about the one of its own type`() {
        let schema: JSONValue = [
            "anyOf": [
                ["type": "string"],
                ["type": "object", "properties": ["type": ["const": "text/html"]], "required": ["type"]],
            ]
        ]
        #expect(issues(schema, ["type": "x"]) == [#"type must be "text/html", not "x"."#])
        #expect(issues(schema, 4) == ["the value must be a string or an object, not 4."])
    }

    @Test func `references inside the document are followed, a schema that contains itself too`() {
        let schema: JSONValue = [
            "$ref": "#/$defs/node",
            "$defs": ["node": ["type": "object", "properties": ["next": ["$ref": "#/$defs/node"]]]],
        ]
        #expect(issues(schema, ["next": ["next": [:]]]) == [])
        #expect(issues(schema, ["next": ["next": 1]]) == ["next.next must be an object, not 1."])
    }

    @Test func `what cannot be checked is said`() {
        let schema = JSONSchema(["type": "sting", "pattern": "^a", "properties": ["a": ["$ref": "other.json"]]])
        #expect(
            schema.defects.map { "\($0.pointer) \($0.isHarmless)" } == [
                "/type false", "/pattern true", "/properties/a/$ref false",
            ]
        )
    }

    @Test func `a value that is nested without end is refused, not followed`() {
        var value: JSONValue = 1
        for _ in 0..<1000 { value = .array([value]) }
        let schema: JSONValue = ["$ref": "#/$defs/list", "$defs": ["list": ["items": ["$ref": "#/$defs/list"]]]]
        #expect(issues(schema, value).count == 1)
    }
}
