import JSON
import TestSupport
import Testing

@Suite struct JSONWriterTests {
    @Test(arguments: Samples.valid)
    func `what is written reads back as the same value`(text: String) throws {
        let value = try JSONParser.parse(text)
        #expect(try JSONParser.parse(JSONWriter.bytes(of: value)) == value)
        #expect(try JSONParser.parse(JSONWriter.bytes(of: value, sorted: true)) == value)
        #expect(try JSONParser.parse(JSONWriter.pretty(value)) == value)
    }

    @Test func `pieces make one text`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("a")
        writer.integer(-1)
        writer.name("b\"")
        writer.beginArray()
        writer.bool(true)
        writer.null()
        writer.string(utf8: Array("x\ny".utf8))
        writer.beginObject()
        writer.endObject()
        writer.endArray()
        writer.name("c")
        writer.raw(Array("[1]".utf8))
        writer.name("d")
        writer.value(["e": 1.5])
        writer.endObject()
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"a":-1,"b\"":[true,null,"x\ny",{}],"c":[1],"d":{"e":1.5}}"#
        )
    }

    @Test func `sorted text is the same for equal values`() {
        let a: JSONValue = ["b": 1, "a": ["d": 1, "c": 2]]
        let b: JSONValue = ["a": ["c": 2, "d": 1], "b": 1.0]
        #expect(a == b)
        #expect(a.hashValue == b.hashValue)
        #expect(JSONWriter.text(of: a, sorted: true) == #"{"a":{"c":2,"d":1},"b":1}"#)
        #expect(JSONWriter.text(of: b, sorted: true) == JSONWriter.text(of: a, sorted: true))
        #expect(JSONWriter.text(of: a) == #"{"b":1,"a":{"d":1,"c":2}}"#)
    }

    @Test func `people get lines`() {
        #expect(
            JSONWriter.pretty(["a": [1, []], "b": [:]]) == "{\n  \"a\": [\n    1,\n    []\n  ],\n  \"b\": {}\n}"
        )
    }
}

@Suite struct JSONEscapeTests {
    private func escaped(_ text: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        JSONEscape.append(text, to: &bytes)
        return bytes
    }

    @Test func `quotes, backslashes and control characters are escaped, nothing else`() {
        let text = "a\"b\\c\n\r\t\u{8}\u{C}\u{0}\u{1F} /é\u{7F}\u{2028}😀"
        #expect(
            String(decoding: escaped(Array(text.utf8)), as: UTF8.self)
                == "a\\\"b\\\\c\\n\\r\\t\\b\\f\\u0000\\u001f /é\u{7F}\u{2028}😀"
        )
    }

    @Test func `any text of any length comes back from its string`() throws {
        var generator = SeededGenerator(seed: 3)
        let alphabet = Array("abcdefghij \"\\\n\u{1}é😀{}".unicodeScalars)
        for length in Array(0..<40) + [4094, 4095, 4096, 4097, 9000] {
            let text = String(
                String.UnicodeScalarView((0..<length).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
            )
            let json = [0x22] + escaped(Array(text.utf8)) + [0x22]
            #expect(try JSONParser.parse(json) == .string(text))
        }
    }

    @Test func `text after text is kept`() {
        var bytes = Array("<".utf8)
        JSONEscape.append("a\"".utf8, to: &bytes)
        JSONEscape.append("".utf8, to: &bytes)
        JSONEscape.append(Array("b".utf8)[...], to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "<a\\\"b")
    }

    @Test func `line breaks between tokens become spaces`() throws {
        var json = Array("{\r\n\"a\":\n\"x\\ny\"\r}".utf8)
        let value = try JSONParser.parse(json)
        JSONEscape.joinLines(&json)
        #expect(String(decoding: json, as: UTF8.self) == "{  \"a\": \"x\\ny\" }")
        #expect(try JSONParser.parse(json) == value)
        var empty: [UInt8] = []
        JSONEscape.joinLines(&empty)
        #expect(empty == [])
    }
}
