import Basics
import Testing
import Tools

@Suite struct ToolCatalogTests {
    @Test func `tools of several providers are found under their names, in order`() async {
        let catalog = ToolCatalog([
            FixedTools(tools: [FixedTools.tool("b", "B"), FixedTools.tool("a", "A")]),
            FixedTools(tools: [FixedTools.tool("c", "C", toolkit: "other")]),
        ])
        #expect(catalog.tools.map(\.name) == ["b", "a", "c"])
        #expect(catalog.toolkits == ["acme", "other"])
        #expect(catalog["c"]?.title == "C")
        #expect(catalog["d"] == nil)
        #expect(catalog.provider(of: "c") != nil)
        #expect(catalog.position(of: "a") == 1)
    }

    @Test func `a name that is taken is left out and said`() {
        let catalog = ToolCatalog([
            FixedTools(tools: [FixedTools.tool("a", "First")]),
            FixedTools(tools: [FixedTools.tool("a", "Second", toolkit: "other")]),
        ])
        #expect(catalog.tools.map(\.title) == ["First"])
        #expect(
            catalog.problems.map(\.description) == ["other: error: the tool a is left out: acme has one of that name"]
        )
    }

    @Test func `the version changes with anything that a client could see, and with nothing else`() {
        func version(_ tool: ToolSpecification) -> String { ToolCatalog([FixedTools(tools: [tool])]).version }
        let tool = FixedTools.tool("a", "A", "One.")
        #expect(version(tool) == version(FixedTools.tool("a", "A", "One.")))
        #expect(version(tool) != version(FixedTools.tool("a", "A", "Two.")))
        #expect(version(tool) != version(FixedTools.tool("a", "AO", "ne.")))
        #expect(version(tool) != version(FixedTools.tool("a", "A", "One.", effect: .set)))
        var noted = tool
        noted.notes = ["for people"]
        #expect(version(tool) == version(noted))
    }
}

@Suite struct ToolPolicyTests {
    private func allowed(_ policy: ToolPolicy) -> [String] {
        FixedTools.recruiting.filter(policy.allows).map { "\($0.toolkit) \($0.title)" }
    }

    @Test func `no condition lets everything through and an empty list nothing`() {
        #expect(allowed(ToolPolicy()).count == FixedTools.recruiting.count)
        #expect(allowed(ToolPolicy(toolkits: .only([]))).isEmpty)
        #expect(allowed(ToolPolicy(methods: [])).isEmpty)
        #expect(allowed(ToolPolicy(tags: [])).isEmpty)
        #expect(allowed(ToolPolicy(tools: [])).isEmpty)
        #expect(allowed(ToolPolicy(toolkits: .except([]))).count == FixedTools.recruiting.count)
    }

    @Test func `conditions hold together, words within one are alternatives`() {
        #expect(allowed(ToolPolicy(toolkits: .only(["beta"]))) == ["beta List Jobs"])
        #expect(allowed(ToolPolicy(toolkits: .except(["acme"]))) == ["beta List Jobs"])
        #expect(allowed(ToolPolicy(methods: ["write"])).count == 3)
        #expect(allowed(ToolPolicy(methods: ["read", "write"])).count == FixedTools.recruiting.count)
        #expect(
            allowed(ToolPolicy(methods: ["read"], tags: ["jobs", "candidates"]))
                == ["acme List Candidates", "acme Get Job", "acme List Jobs", "beta List Jobs"]
        )
        #expect(allowed(ToolPolicy(methods: ["get"])) == ["acme Get Job"])
        #expect(allowed(ToolPolicy(methods: ["create"])) == ["acme Create Candidate Note"])
        #expect(
            allowed(ToolPolicy(methods: ["custom"])) == ["acme Change Application Stage", "acme Anonymize Candidate"]
        )
        #expect(allowed(ToolPolicy(methods: ["write"], tools: ["list_all_acme_jobs"])).isEmpty)
    }
}
