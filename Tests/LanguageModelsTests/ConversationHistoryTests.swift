import JSON
import LanguageModels
import Testing

@Suite struct ConversationHistoryTests {
    private func messages(_ history: ConversationHistory) throws -> JSONValue {
        try JSONParser.parse([0x5B] + history.bytes + [0x5D])
    }

    @Test func `messages are appended and what was there stays as it is`() throws {
        var history = ConversationHistory(dialect: OpenAIChatDialect())
        history.append(user: "a \"quoted\"\nline")
        let before = history.bytes
        history.append(
            reply: [
                .reasoning(text: "hm", opaque: nil), .toolCall(.init(callID: "1", name: "f", arguments: #"{"x":1}"#)),
            ],
            results: [.init(callID: "1", content: "{\"ok\":true}")]
        )
        history.append(reply: [.text("done")])
        #expect(history.bytes.starts(with: before))
        #expect(
            try messages(history) == [
                ["role": "user", "content": "a \"quoted\"\nline"],
                [
                    "role": "assistant", "content": nil,
                    "tool_calls": [
                        ["id": "1", "type": "function", "function": ["name": "f", "arguments": "{\"x\":1}"]]
                    ],
                ],
                ["role": "tool", "tool_call_id": "1", "content": "{\"ok\":true}"],
                ["role": "assistant", "content": "done"],
            ]
        )
    }

    @Test func `every call gets its result, in the order of the calls, missing ones too`() throws {
        var history = ConversationHistory(dialect: OpenAIChatDialect())
        let calls = ["1", "2", "3"].map { ModelItem.toolCall(.init(callID: $0, name: "f", arguments: "{}")) }
        history.append(
            reply: calls,
            results: [
                .init(callID: "3", content: "c"), .init(callID: "9", content: "?"), .init(callID: "1", content: "a"),
            ]
        )
        let results = try messages(history).array?.dropFirst().map { $0["content"]?.string }
        #expect(results == ["a", "The call was not run.", "c"])
    }

    @Test(arguments: ["{\"a\":", "[]", "null", "x"])
    func `arguments that are no object are repaired for the way back`(_ arguments: String) throws {
        var history = ConversationHistory(dialect: OpenAIChatDialect())
        history.append(reply: [.toolCall(.init(callID: "1", name: "f", arguments: arguments))])
        #expect(try messages(history)[0]?["tool_calls"]?[0]?["function"]?["arguments"] == "{}")
    }
}

@Suite struct ToolNamesTests {
    @Test func `names that fit stay, others are translated there and back`() {
        let originals = ["plain_name-1", "a.b", "a/b", "a_b", "ünï", String(repeating: "x", count: 100)]
        let names = ToolNames(originals)
        let wires = originals.map { names.wire($0) }
        #expect(Set(wires).count == originals.count)
        #expect(wires.map { names.original($0) } == originals)
        #expect(wires[0] == "plain_name-1" && wires[3] == "a_b")
        #expect(wires.allSatisfy { $0.utf8.count <= 64 })
    }

    @Test func `a translated name does not depend on the other tools`() {
        #expect(ToolNames(["a.b"]).wire("a.b") == ToolNames(["a_b", "a/b", "a.b"]).wire("a.b"))
    }

    @Test func `tools are encoded in one order`() {
        let tools = ["b", "a", "c"].map { ModelTool(name: $0, description: "", inputSchema: [:]) }
        let dialect = OpenAIChatDialect()
        #expect(
            ModelToolSet(tools, dialect: dialect).encoded == ModelToolSet(tools.reversed(), dialect: dialect).encoded
        )
    }
}

@Suite struct ModelSpecTests {
    @Test(arguments: [
        ("openai-chat:gpt-x", ModelSpec.openAIChat(model: "gpt-x", baseURL: nil)),
        ("openai-chat:gpt-x@http://host:8080/v1/", .openAIChat(model: "gpt-x", baseURL: "http://host:8080/v1")),
        (
            "openai-chat:@cf/meta/llama:8b@https://h/v1",
            .openAIChat(model: "@cf/meta/llama:8b", baseURL: "https://h/v1")
        ),
        ("replay:transcripts/a.jsonl", .replay(file: "transcripts/a.jsonl")),
    ])
    func `a spec is read`(_ text: String, _ expected: ModelSpec) throws {
        #expect(try ModelSpec(text) == expected)
    }

    @Test(arguments: ["", "gpt-x", "openai-chat:", "foo:bar", "openai-chat:@http://h/v1"])
    func `a spec that names nothing is refused with what would be right`(_ text: String) {
        #expect { try ModelSpec(text) } throws: { ($0 as? ModelError)?.code == .invalidSpec }
    }

    @Test(arguments: ["openai:gpt-x", "anthropic:c"])
    func `providers without a client here are told apart from unknown ones`(_ text: String) {
        #expect { try ModelSpec(text) } throws: {
            ($0 as? ModelError)?.code == .unsupportedProvider && String(describing: $0).contains("openai-chat")
        }
    }
}
