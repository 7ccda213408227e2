import Basics
import HTTP
import JSON
import TestSupport
import Testing
import Toolkits
import Tools

/// Toolkit folders that change while they are served.
@Suite struct ToolkitFoldersTests {
    private static func definition(_ name: String, title: String) -> String {
        """
        {"format": 1, "name": "\(name)", "title": "\(title)", "description": "Orders.", "hosts": ["api.acme.example"],
         "authentication": {"fields": []},
         "tools": [{"name": "list_all_\(name)_orders", "title": "\(title)", "operation": "listOrders", "effect": "read"}]}
        """
    }

    private static let document = """
        {"openapi": "3.1.0", "info": {"title": "Acme", "version": "1"}, "servers": [{"url": "https://api.acme.example"}],
         "paths": {"/orders": {"get": {"operationId": "listOrders", "summary": "Lists every order that was placed.",
           "responses": {"200": {"description": "Orders"}}}}}}
        """

    private func states(_ folders: ToolkitFolders) -> [String] {
        (folders.summary.array ?? []).map { folder in
            "\(folder["name"]?.string ?? "") \(folder["title"]?.string ?? "") \(folder["state"]?.string ?? "")"
        }
    }

    @Test func `a folder that is added, changed, broken or removed is noticed, and a broken one keeps its old version`()
    {
        let home = TemporaryFolder()
        home.write("toolkits/acme/toolkit.json", Self.definition("acme", title: "Acme"))
        home.write("toolkits/acme/openapi.json", Self.document)
        let folders = ToolkitFolders(home: home.path, loaded: ToolkitLoader.loadAll(home: home.path))
        #expect(states(folders) == ["acme Acme served"])
        #expect(folders.refresh() == nil)
        home.write("toolkits/beta/toolkit.json", Self.definition("beta", title: "Beta"))
        home.write("toolkits/beta/openapi.json", Self.document)
        #expect(folders.refresh()?.toolkits.map(\.name) == ["acme", "beta"])
        home.write("toolkits/acme/toolkit.json", Self.definition("acme", title: "Acme 2"))
        #expect(folders.refresh()?.toolkits.map(\.title) == ["Acme 2", "Beta"])
        home.write("toolkits/acme/toolkit.json", "{\"format\": 1,")
        let broken = folders.refresh()
        #expect(broken?.toolkits.map(\.title) == ["Acme 2", "Beta"])
        #expect(broken?.diagnostics.first?.file.hasSuffix("acme/toolkit.json") == true)
        #expect(states(folders) == ["acme Acme 2 old_version", "beta Beta served"])
        home.write("toolkits/gamma/toolkit.json", "[]")
        #expect(folders.refresh()?.toolkits.count == 2)
        #expect(states(folders).last == "gamma gamma refused")
        home.write("toolkits/acme/toolkit.json", Self.definition("acme", title: "Acme 3"))
        #expect(folders.refresh()?.toolkits.map(\.title) == ["Acme 3", "Beta"])
        #expect(folders.refresh() == nil)
    }

    private struct Slow: HTTPHandler {
        let began: Gate
        let gate: Gate

        func respond(to request: HTTPRequest) async -> HTTPResponse {
            began.open()
            await gate.pass()
            return .json(Array(#"[{"id": 1}]"#.utf8))
        }
    }

    @Test func `a call that runs goes on with the toolkit that it began with`() async throws {
        let home = TemporaryFolder()
        home.write("toolkits/acme/toolkit.json", Self.definition("acme", title: "Acme"))
        home.write("toolkits/acme/openapi.json", Self.document)
        let slow = Slow(began: Gate(), gate: Gate())
        let provider = ToolkitProvider(
            toolkits: ToolkitLoader.loadAll(home: home.path).toolkits,
            connections: FakeConnections(),
            transport: InMemoryTransport(slow),
            clock: Fixture.clock,
            log: .none
        )
        try #require(provider.tools.count == 1)
        async let running = provider.call("list_all_acme_orders")
        await slow.began.pass()
        provider.replace(toolkits: [])
        #expect(await provider.call("list_all_acme_orders").problem?.code == "tool_not_found")
        slow.gate.open()
        #expect(await running.value == ["items": [["id": 1]], "next_cursor": nil])
    }
}
