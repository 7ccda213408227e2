import Basics
import Connections
import HTTP
import JSON
import TestSupport
import Testing
import Toolkits
import Tools

/// Folders that are wrong, and what is said about them.
@Suite struct LoaderTests {
    private static let openAPI = """
        {
          "openapi": "3.1.0",
          "info": {"title": "Tiny", "version": "1"},
          "servers": [{"url": "https://api.tiny.example"}],
          "paths": {
            "/things/{id}": {
              "put": {
                "operationId": "update",
                "summary": "Changes a thing, and returns it as it is then.",
                "parameters": [
                  {"name": "id", "in": "path", "required": true, "description": "Id of the thing.", "schema": {"type": "string"}},
                  {"name": "kind", "in": "query", "description": "Kind to look for.", "schema": {"type": "string"}}
                ],
                "requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": {
                  "kind": {"type": "string", "description": "New kind."},
                  "id": {"type": "string", "description": "New id."}
                }}}}}
              },
              "get": {
                "operationId": "get",
                "summary": "Fetches one thing with everything about it.",
                "parameters": [
                  {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}
                ]
              }
            }
          }
        }
        """

    private static func definition(tools: String, more: String = "") -> String {
        """
        {
          "format": 1, "name": "tiny", "title": "Tiny", "description": "Things.",
          "hosts": ["api.tiny.example"],\(more)
          "tools": [\(tools)]
        }
        """
    }

    private static let update = #"{"name": "update_thing", "title": "Update", "operation": "update", "effect": "set"}"#

    private func load(_ toolkit: String, openAPI: String = LoaderTests.openAPI) -> (Toolkit?, [String]) {
        let folder = TemporaryFolder()
        folder.write("tiny/toolkit.json", toolkit)
        folder.write("tiny/openapi.json", openAPI)
        let loaded = ToolkitLoader.load(folder: folder.path + "/tiny")
        return (loaded.toolkit, loaded.diagnostics.map { String($0.description.dropFirst(folder.path.count + 1)) })
    }

    @Test func `on a clash of names the query wins and the body stays reachable`() async throws {
        let (toolkit, diagnostics) = load(LoaderTests.definition(tools: LoaderTests.update))
        #expect(diagnostics == [])
        let api = FakeAPI(json: #"{"ok":true}"#)
        let provider = Fixture.provider(api, toolkits: [try #require(toolkit)])
        let result = await provider.call("update_thing", ["id": "1", "kind": "a", "body_kind": "b", "body_id": "2"])
        #expect(api.lines == ["PUT https://api.tiny.example/things/1?kind=a"])
        #expect(api.body == ["kind": "b", "id": "2"])
        #expect(result.displayText == #"{"ok":true}"#)
    }

    @Test func `a tool without documentation is not offered, and the others are`() throws {
        let get = #"{"name": "get_thing", "title": "Get", "operation": "get", "effect": "read"}"#
        let (toolkit, diagnostics) = load(LoaderTests.definition(tools: LoaderTests.update + "," + get))
        #expect(try #require(toolkit).specifications.map(\.name) == ["update_thing"])
        #expect(
            diagnostics == [
                "tiny/openapi.json:23:11 /paths/~1things~1{id}/get/parameters/0: error: "
                    + "get_thing is not offered: the argument id is not described"
            ]
        )
    }

    @Test func `every problem is told with its place and the nearest name`() {
        let (toolkit, diagnostics) = load(
            """
            {
              "format": 1, "name": "tiny", "titel": "Tiny", "title": "Tiny", "description": "Things.",
              "hosts": ["https://api.tiny.example"],
              "authentication": {"scheme": "nokey"},
              "tools": [
                {"name": "a b", "title": "A", "operation": "updat", "effect": "write"},
                {"name": "x", "title": "X", "operation": "updat", "effect": "set"}
              ]
            }
            """
        )
        #expect(toolkit == nil)
        #expect(
            diagnostics == [
                #"tiny/toolkit.json:2:41 /titel: error: unknown key "titel"; did you mean "title"?"#,
                "tiny/toolkit.json:3:13 /hosts/0: error: must be a host name such as api.example.com or "
                    + "*.example.com, without scheme, port or path",
                "tiny/toolkit.json:6:14 /tools/0/name: error: must be 1 to 64 letters, digits, underscores and hyphens",
                #"tiny/toolkit.json:6:67 /tools/0/effect: error: "write" is not one of: "#
                    + "read, set, create, keyed, send, destroy",
                #"tiny/toolkit.json:7:46 /tools/1/operation: error: x is not offered: the OpenAPI document has no "#
                    + #"operation "updat"; did you mean "update"?"#,
                "tiny/toolkit.json:4:21 /authentication: warning: without a probe, connections cannot be tested",
                #"tiny/toolkit.json:4:32 /authentication/scheme: error: the OpenAPI document has no security scheme "#
                    + #""nokey""#,
            ]
        )
    }

    @Test func `a file that is not JSON is told with line and column`() {
        let (toolkit, diagnostics) = load("{\n  \"format\": 1,,\n}", openAPI: "[")
        #expect(toolkit == nil)
        #expect(diagnostics.count == 2)
        #expect(diagnostics.first?.hasPrefix("tiny/toolkit.json:2:15: error: ") == true)
        #expect(diagnostics.last?.hasPrefix("tiny/openapi.json:1:2: error: ") == true)
    }

    @Test func `a broken folder does not keep the others out`() {
        let home = TemporaryFolder()
        home.write("toolkits/bad/toolkit.json", "{")
        home.write("toolkits/tiny/toolkit.json", LoaderTests.definition(tools: LoaderTests.update))
        home.write("toolkits/tiny/openapi.json", LoaderTests.openAPI)
        home.write("toolkits/README.md", "not a folder")
        let loaded = ToolkitLoader.loadAll(home: home.path)
        #expect(loaded.toolkits.map(\.name) == ["tiny"])
        #expect(loaded.diagnostics.map(\.severity) == [.error, .error])
        #expect(loaded.diagnostics.allSatisfy { $0.file.hasPrefix(home.path + "/toolkits/bad/") })
    }

    @Test func `a folder that does not exist is one clear complaint`() {
        let loaded = ToolkitLoader.load(folder: "/nonexistent/tiny")
        #expect(loaded.toolkit == nil)
        #expect(
            loaded.diagnostics.map(\.description).first?.hasPrefix("/nonexistent/tiny/toolkit.json: error: ") == true
        )
    }

    @Test func `a connection for a toolkit is checked field by field`() throws {
        let pinpoint = try #require(Fixture.toolkits.toolkits.first { $0.name == "pinpoint" })
        func problem(_ fields: [String: String], _ secrets: [String: Secret], base: Bool = false) -> String? {
            do {
                try pinpoint.authentication.check(
                    toolkit: "pinpoint",
                    fields: fields,
                    secrets: secrets,
                    hasBaseURL: base
                )
                return nil
            } catch {
                return error.message
            }
        }
        let key = ["api_key": Secret("k")]
        #expect(problem(["subdomain": "acme"], key) == nil)
        #expect(problem([:], key, base: true) == nil)
        #expect(problem([:], key)?.hasPrefix("pinpoint needs subdomain: ") == true)
        #expect(problem(["subdomain": "a.b"], key)?.contains("letters, digits and hyphens only") == true)
        #expect(problem(["subdomain": "acme"], [:])?.hasPrefix("pinpoint needs api_key: ") == true)
        #expect(
            problem(["subdomain": "acme", "sub_domain": "x"], key)
                == "pinpoint has no field sub_domain; did you mean subdomain?"
        )
    }
}
