import Basics
import JSON
import Mail
import Testing
import Toolkits
import Tools
import Workflows

/// The files that come with the program.
struct WorkflowFilesTests {
    private struct Provider: ToolProvider {
        var tools: [ToolSpecification]

        func call(_ call: ToolCall) async -> ToolResult { .failure("none", "None.") }
    }

    /// The root of the repository.
    private static let home: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(4).joined(separator: "/")
    }()

    @Test func `all ten files are ready to run`() {
        let home = WorkflowFilesTests.home
        let loaded = WorkflowLoader.loadAll(home: home)
        #expect(loaded.diagnostics.map(\.description) == [])
        #expect(loaded.workflows.count == 10)
        let tools = ToolkitLoader.loadAll(home: home).toolkits.flatMap(\.specifications)
        let catalog = ToolCatalog([Provider(tools: tools + [SendEmail.specification])])
        for workflow in loaded.workflows {
            #expect(WorkflowChecker(catalog: catalog).check(workflow).map(\.description) == [])
            #expect(!WorkflowOutline(workflow, catalog: catalog).text.isEmpty)
        }
    }

    @Test func `each file has a test beside it that can be read`() throws {
        let folder = WorkflowFilesTests.home + "/workflows"
        for name in TextFile.names(in: folder) where name.hasSuffix(".json") && !name.hasSuffix(".schema.json") {
            let path = folder + "/tests/" + name
            let (test, diagnostics) = WorkflowTest.read(try TextFile.read(path), file: path)
            #expect(diagnostics.map(\.description) == [])
            #expect(test?.file == name)
            #expect(test?.cases.isEmpty == false)
        }
    }

    private static func schema() throws -> JSONSchema {
        JSONSchema(try JSONParser.parse(TextFile.read(home + "/workflows/workflow.schema.json")))
    }

    @Test func `the schema for editors takes what the loader takes`() throws {
        let schema = try WorkflowFilesTests.schema()
        #expect(schema.defects.filter { !$0.isHarmless } == [])
        let folder = WorkflowFilesTests.home + "/workflows"
        for name in TextFile.names(in: folder) where name.hasSuffix(".json") && !name.hasSuffix(".schema.json") {
            let value = try JSONParser.parse(TextFile.read(folder + "/" + name))
            #expect(schema.issues(in: value).map(\.description) == [], "\(name)")
        }
    }

    @Test(arguments: [
        #"{ "set": 1 }"#, #"{ "if": "= true", "do": [ { "set": 1 } ] }"#,
        #"{ "if": "= true", "do": [ { "set": 1 } ], "else": [ { "set": 2 } ], "id": "a", "note": "n" }"#,
        #"{ "if": "= true", "forEach": "= []", "as": "x", "key": "= $x", "maxItems": 1, "do": [ { "set": 1 } ] }"#,
        #"{ "wait": "PT1S" }"#, #"{ "wait": { "until": "= 1" } }"#, #"{ "wait": { "signal": "s", "max": "P1D" } }"#,
        #"{ "run": { "workflow": "w", "version": 1, "input": "= $input", "detached": true } }"#,
        #"{ "report": { "title": "t", "body": "b", "sources": {}, "rows": "= []" } }"#,
        #"{ "ask": { "prompt": "p", "tools": [], "data": 1, "model": "m", "template": "t", "output": { "format": "json", "schema": {}, "maxWords": 1, "maxTokens": 1, "mustMention": ["x"] } } }"#,
        #"{ "approve": { "title": "t", "body": "b", "plan": "= []", "from": ["role:a"], "expires": "P1D", "onExpire": "fail", "separateFromRequester": true } }"#,
        #"{ "call": "t", "on": "ats", "with": {}, "all": { "max": "= 1", "onMax": "stop" }, "once": "= 1", "timeout": "PT1S", "onError": "continue", "retry": { "attempts": 1, "firstDelay": "PT1S", "maxDelay": "PT1S", "for": "PT1S" } }"#,
        #"{ "parallel": { "a": [ { "set": 1 } ], "b": [ { "fail": "x", "code": "c" } ] } }"#,
        #"{ "switch": [ { "if": "= 1", "do": [ { "set": 1 } ] }, { "do": [ { "return": null } ] } ] }"#,
    ])
    func `loader and schema take the same steps`(step: String) throws {
        let text = WorkflowFixture.text(step)
        #expect(WorkflowFixture.load(text).problems == [])
        #expect(try WorkflowFilesTests.schema().issues(in: JSONParser.parse(text)).map(\.description) == [])
    }

    @Test(arguments: [
        #"{}"#, #"{ "set": 1, "return": 1 }"#, #"{ "sett": 1 }"#, #"{ "call": "t" }"#, #"{ "ask": { "prompt": "p" } }"#,
        #"{ "forEach": "= []", "as": "x", "maxItems": 1, "do": [ { "set": 1 } ] }"#, #"{ "wait": 5 }"#,
        #"{ "forEach": "= []", "as": "x", "key": "= 1", "maxItems": 0, "do": [ { "set": 1 } ] }"#,
        #"{ "forEach": "= []", "as": "x", "key": "= 1", "maxItems": 1, "do": [] }"#,
        #"{ "if": "= 1", "else": [ { "set": 1 } ] }"#,
        #"{ "wait": { "signal": "s" } }"#, #"{ "wait": { "until": "= 1", "max": "P1D" } }"#,
        #"{ "parallel": { "a": [ { "set": 1 } ] } }"#,
        #"{ "approve": { "title": "t", "from": [], "expires": "P1D", "onExpire": "fail" } }"#, #"{ "fail": "" }"#,
        #"{ "approve": { "title": "t", "from": ["role:a"], "expires": "P1D", "onExpire": "ignore" } }"#,
        #"{ "set": 1, "onError": "ignore" }"#, #"{ "set": 1, "retry": { "attempts": 0 } }"#,
        #"{ "report": { "title": "t" } }"#, #"{ "run": { "workflow": "w" } }"#, #"{ "switch": [] }"#,
    ])
    func `loader and schema refuse the same steps`(step: String) throws {
        let text = WorkflowFixture.text(step)
        #expect(WorkflowFixture.load(text).workflow == nil)
        #expect(try !WorkflowFilesTests.schema().issues(in: JSONParser.parse(text)).isEmpty)
    }
}
