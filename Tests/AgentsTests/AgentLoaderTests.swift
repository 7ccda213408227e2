import Agents
import Basics
import Testing

@Suite struct AgentLoaderTests {
    private let prompt = "---\nname: p\npurpose: Test\ntemperature: 0.5\n---\n\nBe brief.\n"

    private struct Missing: Error, CustomStringConvertible {
        var description: String { "No such file" }
    }

    private func load(_ json: String, prompt: String? = nil) -> (agent: Agent?, diagnostics: [Diagnostic]) {
        let files = ["agents/helper.json": json, "prompts/p.md": prompt ?? self.prompt]
        return AgentLoader { path in
            guard let text = files[path] else { throw Missing() }
            return Array(text.utf8)
        }.load("helper")
    }

    @Test func `an agent is read with its prompt`() {
        let (agent, diagnostics) = load(
            """
            {"name": "helper", "description": "Helps.", "instructions": "prompts/p.md", "model": "default",
             "tools": {"names": ["a"], "toolkits": ["t"]}, "limits": {"max_tool_iterations": 3, "max_seconds": 9}}
            """
        )
        var limits = AgentLimits()
        limits.maximumToolIterations = 3
        limits.maximumSeconds = 9
        let expected = Agent(
            name: "helper",
            description: "Helps.",
            instructions: "Be brief.",
            temperature: 0.5,
            toolNames: ["a"],
            toolkits: ["t"],
            limits: limits
        )
        #expect(agent == expected)
        #expect(diagnostics.isEmpty)
    }

    @Test func `every problem is told with its place`() {
        let (agent, diagnostics) = load(
            """
            {"name": "other", "description": "", "instructions": "prompts/none.md", "tools": {"names": [1]},
             "limits": {"max_tool_iteration": 3, "max_seconds": 0}}
            """
        )
        #expect(agent == nil)
        #expect(
            diagnostics.map(\.pointer) == [
                "/description", "/tools/names", "/limits/max_tool_iteration", "/limits/max_seconds", "/name",
                "/instructions",
            ]
        )
        #expect(diagnostics[2].message.contains("max_tool_iterations"))
    }

    @Test func `broken JSON is told with line and column`() {
        let (agent, diagnostics) = load("{\n  \"name\": }")
        #expect(agent == nil && diagnostics.first?.line == 2 && diagnostics.first?.column != nil)
    }

    @Test(arguments: ["/etc/passwd", "../secret", "prompts/../../x"])
    func `a prompt outside the home folder is refused`(_ path: String) {
        let json = "{\"name\":\"helper\",\"description\":\"d\",\"instructions\":\"\(path)\",\"tools\":{}}"
        #expect(load(json).diagnostics.map(\.pointer) == ["/instructions"])
    }

    @Test(arguments: ["../x", "", "A", "a/b"])
    func `a name that is no name never becomes a path`(_ name: String) {
        let loader = AgentLoader { _ in
            Issue.record("the file system was asked")
            return []
        }
        #expect(loader.load(name).agent == nil)
    }

    @Test(arguments: ["no front matter", "---\nname: x\n", "---\nname: p\nfoo: x\n---\ntext", "---\nname: p\n---\n"])
    func `a prompt that is not well formed is told`(_ text: String) {
        #expect(Prompt.read(text, file: "p.md").prompt == nil)
        #expect(!Prompt.read(text, file: "p.md").diagnostics.isEmpty)
    }
}
