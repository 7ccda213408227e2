import Basics
import Glibc
import JSON
import TestSupport
import Testing
import Toolkits

/// Definitions that nobody meant to write.
@Suite struct LoaderFuzzTests {
    /// A value of another kind at a random place, a member under another name, or one that is gone.
    private static func mutate(_ value: JSONValue, _ generator: inout SeededGenerator) -> JSONValue {
        let others: [JSONValue] = [nil, true, 7, -1.5, "", "x", "#/a", "{id}", [], [:], ["type": "string"], ["a", 1]]
        if Int.random(in: 0..<6, using: &generator) == 0 { return others.randomElement(using: &generator) ?? nil }
        switch value {
        case .object(let object) where !object.isEmpty:
            var changed = object
            let name = object.names.randomElement(using: &generator) ?? ""
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: changed[name] = nil
            case 1: changed[name + "s"] = object[name]
            default: changed[name] = object[name].map { mutate($0, &generator) }
            }
            return .object(changed)
        case .array(let array) where !array.isEmpty:
            var changed = array
            let position = Int.random(in: 0..<array.count, using: &generator)
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: changed.remove(at: position)
            case 1: changed.append(array[position])
            default: changed[position] = mutate(array[position], &generator)
            }
            return .array(changed)
        default: return others.randomElement(using: &generator) ?? nil
        }
    }

    private static func read(_ path: String) throws -> JSONValue {
        let file = open(path, O_RDONLY)
        defer { close(file) }
        var text = [UInt8](repeating: 0, count: 1 << 20)
        let count = text.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
        return try JSONParser.parse(text[..<max(0, count)])
    }

    @Test func `no definition, however wrong, is worse than a complaint`() throws {
        let toolkit = try LoaderFuzzTests.read(Fixture.home + "/toolkits/pinpoint/toolkit.json")
        var document = try LoaderFuzzTests.read(Fixture.home + "/toolkits/pinpoint/openapi.json")
        // Answers are most of the document and are not read.
        let schemas = document["components"]?["schemas"]?.object ?? [:]
        var inputs = JSONObject()
        for schema in schemas where schema.name.hasSuffix("_input") { inputs[schema.name] = schema.value }
        document["components"]?["schemas"] = .object(inputs)
        var generator = SeededGenerator(seed: 11)
        var broken = 0
        for round in 0..<60 {
            let folder = TemporaryFolder()
            var (first, second) = (toolkit, document)
            for _ in 0..<(round % 4 + 1) {
                if Bool.random(using: &generator) {
                    first = LoaderFuzzTests.mutate(first, &generator)
                } else {
                    second = LoaderFuzzTests.mutate(second, &generator)
                }
            }
            folder.write("pinpoint/toolkit.json", JSONWriter.text(of: first))
            folder.write("pinpoint/openapi.json", JSONWriter.text(of: second))
            let loaded = ToolkitLoader.load(folder: folder.path + "/pinpoint")
            if loaded.toolkit == nil {
                broken += 1
                #expect(loaded.diagnostics.contains { $0.severity == .error })
            }
        }
        // The control: some of what was made is refused, and some is not.
        #expect((5..<59).contains(broken))
    }
}
