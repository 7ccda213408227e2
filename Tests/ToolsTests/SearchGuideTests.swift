import Basics
import JSON
import Testing
import Tools

@Suite struct SearchGuideTests {
    private static let json: JSONValue = [
        "format": 1,
        "tools": [
            "move": [
                "ask": ["turn somebody down", "next round"],
                "arguments": "Needs applicationId.",
                "not_for": [["purpose": "another job", "use": "transfer"], ["purpose": "gone", "use": "missing"]],
            ],
            "missing": ["ask": ["nothing"]],
        ],
        "use_cases": [
            [
                "id": "reject", "title": "Turn somebody down", "goal": "move",
                "steps": [["tool": "reasons", "note": "Choose one."], ["tool": "move", "note": "Archive."]],
                "pitfalls": ["A reason is needed."],
            ],
            ["id": "lost", "title": "?", "goal": "move", "steps": [["tool": "missing", "note": "?"]]],
        ],
    ]

    @Test func `a guide says how to ask for a tool, what it needs and which plan ends in it`() {
        let (guide, problems) = SearchGuide.read(SearchGuideTests.json, file: "search.json")
        #expect(problems == [])
        #expect(guide.utterances["move"] == ["turn somebody down", "next round"])
        #expect(guide.arguments["move"] == "Needs applicationId.")
        #expect(guide.useCase(for: "move")?.id == "reject")
        #expect(guide.useCase(for: "reasons") == nil)
    }

    @Test func `what a guide says about tools that do not exist is left out, with one warning`() {
        let read = SearchGuide.read(SearchGuideTests.json, file: "search.json").guide
        let (guide, problems) = read.limited(to: ["move", "transfer", "reasons"], file: "search.json")
        #expect(guide.utterances.keys.sorted() == ["move"])
        #expect(guide.contrasts["move"]?.map(\.use) == ["transfer"])
        #expect(guide.useCases.map(\.id) == ["reject"])
        #expect(problems.map(\.severity) == [.warning])
        #expect(problems.first?.message.contains("missing") == true)
    }

    @Test func `a guide's mistakes are named with their place`() {
        let json: JSONValue = [
            "tools": ["a": ["ask": "x", "extra": 1], "b": 1], "use_cases": [["id": "u", "title": "t", "goal": "a"]],
            "other": 1,
        ]
        let pointers = SearchGuide.read(json, file: "search.json").problems.map(\.pointer)
        #expect(pointers == ["/other", "/tools/a/extra", "/tools/a/ask", "/tools/b", "/use_cases/0/steps"])
    }

    @Test func `guides of several toolkits add up`() {
        var guide = SearchGuide.read(["tools": ["a": ["ask": ["one"]]]], file: "a.json").guide
        guide.merge(SearchGuide.read(["tools": ["b": ["ask": ["two"]]]], file: "b.json").guide)
        #expect(guide.utterances == ["a": ["one"], "b": ["two"]])
    }
}
