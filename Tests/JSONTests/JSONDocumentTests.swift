import JSON
import TestSupport
import Testing

@Suite struct JSONDocumentTests {
    @Test(arguments: Samples.valid)
    func `a document has the parser's value`(text: String) throws {
        #expect(try JSONDocument(text).root.value == JSONParser.parse(text))
    }

    @Test(arguments: Samples.invalid)
    func `a document is refused with the parser's reason`(text: String) {
        let expected = #expect(throws: JSONError.self) { try JSONParser.parse(text) }
        let error = #expect(throws: JSONError.self) { try JSONDocument(text) }
        #expect(error == expected)
    }

    @Test(arguments: Samples.wrongEncodings)
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSONDocument(bytes) }
    }

    @Test(arguments: Samples.valid)
    func `a document that breaks off is refused wherever it does`(text: String) throws {
        // Only numbers, and texts that end in space, can lose their end and still be whole.
        let bytes = Array(text.utf8)
        for end in 0..<bytes.count {
            let part = Array(bytes[..<end])
            let parsed = try? JSONParser.parse(part)
            let document = try? JSONDocument(part)
            #expect((document == nil) == (parsed == nil))
            if text.hasPrefix("[") || text.hasPrefix("{") || text.hasPrefix("\"") { #expect(document == nil) }
        }
    }

    @Test func `mutated texts are accepted and understood alike`() throws {
        var generator = SeededGenerator(seed: 42)
        let alphabet =
            Array(#"{}[]:,"\/bfnrtu0123456789eE+-. truefalsnd"#.utf8) + [0x00, 0x0A, 0x80, 0xC3, 0xA9, 0xED, 0xFF]
        var accepted = 0
        for text in Samples.valid {
            for _ in 0..<400 {
                var bytes = Array(text.utf8)
                for _ in 0..<Int.random(in: 1...3, using: &generator) {
                    let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
                    let place = Int.random(in: 0...bytes.count, using: &generator)
                    switch Int.random(in: 0..<3, using: &generator) {
                    case 0: bytes.insert(byte, at: place)
                    case 1 where place < bytes.count: bytes[place] = byte
                    default: if place < bytes.count { bytes.remove(at: place) }
                    }
                }
                let parsed = try? JSONParser.parse(bytes)
                let document = try? JSONDocument(bytes)
                #expect(document?.root.value == parsed, "\(bytes)")
                guard let parsed else { continue }
                accepted += 1
                let written = JSONWriter.bytes(of: parsed)
                #expect(try JSONParser.parse(written) == parsed)
                #expect(try JSONDocument(written).root.raw == written[...])
            }
        }
        #expect(accepted > 500)
    }

    @Test func `limits are the parser's`() throws {
        let deep = String(repeating: "[", count: 5) + String(repeating: "]", count: 5)
        _ = try JSONDocument(deep, options: .init(maximumDepth: 5))
        let tooDeep = #expect(throws: JSONError.self) { try JSONDocument(deep, options: .init(maximumDepth: 4)) }
        #expect(tooDeep?.code == .tooDeep)
        let tooLarge = #expect(throws: JSONError.self) { try JSONDocument(deep, options: .init(maximumSize: 9)) }
        #expect(tooLarge?.code == .tooLarge)
        let twice = #expect(throws: JSONError.self) {
            try JSONDocument(#"[{"a":1,"\u0061":2}]"#, options: .init(refusesDuplicateNames: true))
        }
        #expect(twice?.code == .duplicateName)
        // Siblings do not add up.
        _ = try JSONDocument("[[],[],[[]]]", options: .init(maximumDepth: 3))
    }

    @Test func `a value is found by name and by position`() throws {
        let root = try JSONDocument(#"{"a":{"b":[10,{"c":"x"},[1,2]]},"d":null,"\u0065\n":true,"":-0.5}"#).root
        #expect(root["a"]?["b"]?[0]?.integer == 10)
        #expect(root["a"]?["b"]?[1]?["c"]?.string == "x")
        #expect(root["a"]?["b"]?[2]?.value == [1, 2])
        #expect(root["a"]?["b"]?[3] == nil)
        #expect(root["a"]?["b"]?[-1] == nil)
        #expect(root["d"]?.isNull == true)
        #expect(root["e\n"]?.bool == true)
        #expect(root[""]?.number?.double == -0.5)
        #expect(root["c"] == nil)
        #expect(root["a"]?["b"]?["c"] == nil)
        #expect(root[0] == nil)
        #expect(root.members.map(\.name) == ["a", "d", "e\n", ""])
        #expect(root["a"]?["b"]?.elements.map(\.kind) == [.number, .object, .array])
    }

    @Test func `of a name used twice the last value counts`() throws {
        let document = try JSONDocument(#"{"method":"a","\u006dethod":"b","x":{"method":"c"}}"#)
        #expect(document.root["method"]?.string == "b")
        #expect(document.root.members.map(\.name) == ["method", "method", "x"])
    }

    @Test func `the raw text of a value is a slice of the document`() throws {
        let document = try JSONDocument(" { \"a\" : [ 1, \"\\u0041\" ] ,\"b\":12 } ")
        func raw(_ element: JSONElement?) -> String? { element.map { String(decoding: $0.raw, as: UTF8.self) } }
        #expect(raw(document.root["a"]) == "[ 1, \"\\u0041\" ]")
        #expect(raw(document.root["a"]?[1]) == "\"\\u0041\"")
        #expect(raw(document.root["b"]) == "12")
        #expect(raw(document.root) == "{ \"a\" : [ 1, \"\\u0041\" ] ,\"b\":12 }")
    }

    @Test func `a string compares without being made`() throws {
        let root = try JSONDocument("[\"tools/call\",\"tools\\/call\",\"\",1,\"\u{E9}\"]").root
        #expect(root[0]?.isString("tools/call") == true)
        #expect(root[1]?.isString("tools/call") == true)
        #expect(root[0]?.isString("tools/cal") == false)
        #expect(root[2]?.isString("") == true)
        #expect(root[3]?.isString("1") == false)
        #expect(root[4]?.isString("e\u{301}") == false)
    }

    @Test func `a text with more values than first guessed is held`() throws {
        let text = "[" + Array(repeating: "0", count: 5000).joined(separator: ",") + "]"
        let root = try JSONDocument(text).root
        #expect(root.elements.reduce(0) { count, _ in count + 1 } == 5000)
        #expect(root[4999]?.integer == 0)
    }
}
