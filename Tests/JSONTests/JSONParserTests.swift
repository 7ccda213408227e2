import JSON
import Testing

@Suite struct JSONParserTests {
    @Test(arguments: Samples.invalid)
    func `text outside the grammar is refused`(text: String) {
        let error = #expect(throws: JSONError.self) { try JSONParser.parse(text) }
        #expect(error?.code == .syntax)
    }

    @Test(arguments: Samples.wrongEncodings)
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSONParser.parse(bytes) }
    }

    @Test func `every value becomes what it says`() throws {
        let text = #"{"a":[1,-2.5,true,false,null],"b":{"":"x"},"c":"\u00e9\uD83D\uDE00\n\/"}"#
        #expect(
            try JSONParser.parse(text) == ["a": [1, -2.5, true, false, nil], "b": ["": "x"], "c": "é😀\n/"]
        )
    }

    @Test func `an error says where it is`() {
        let error = #expect(throws: JSONError.self) { try JSONParser.parse("{\n  \"a\": 1,\n  x\n}") }
        #expect(error?.line == 3)
        #expect(error?.column == 3)
        #expect(error?.offset == 14)
    }

    @Test func `nesting is limited, and the limit itself is allowed`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        let options = JSONParser.Options(maximumDepth: 3)
        _ = try JSONParser.parse(nested(3), options: options)
        let error = #expect(throws: JSONError.self) { try JSONParser.parse(nested(4), options: options) }
        #expect(error?.code == .tooDeep)
    }

    @Test func `size is limited`() throws {
        let options = JSONParser.Options(maximumSize: 4)
        _ = try JSONParser.parse("1234", options: options)
        let error = #expect(throws: JSONError.self) { try JSONParser.parse("12345", options: options) }
        #expect(error?.code == .tooLarge)
    }

    @Test func `of a name used twice the last value counts, or the text is refused`() throws {
        let text = #"{"a":1,"b":2,"\u0061":3}"#
        let value = try JSONParser.parse(text)
        #expect(value == ["a": 3, "b": 2])
        #expect(value.object?.names == ["a", "b"])
        let options = JSONParser.Options(refusesDuplicateNames: true)
        let error = #expect(throws: JSONError.self) { try JSONParser.parse(text, options: options) }
        #expect(error?.code == .duplicateName)
        #expect(error?.offset == 13)
    }

    @Test func `names that only look alike are different names`() throws {
        let value = try JSONParser.parse("{\"\u{E9}\":1,\"e\u{301}\":2}", options: .init(refusesDuplicateNames: true))
        #expect(value["\u{E9}"] == 1)
        #expect(value["e\u{301}"] == 2)
        #expect(JSONValue.string("\u{E9}") != JSONValue.string("e\u{301}"))
    }

    @Test func `an object with many members is found by name`() throws {
        let names = (0..<200).map { "name\($0)" }
        var value = try JSONParser.parse("{" + names.map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",") + "}")
        #expect(names.allSatisfy { value[$0]?.string == $0 })
        value["name7"] = nil
        #expect(value["name7"] == nil)
        #expect(value["name199"] == "name199")
        #expect(value.object?.count == 199)
    }
}
