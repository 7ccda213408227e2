import Basics
import JSON
import Testing
import Toolkits
import Tools

/// Documents of others as toolkits.
@Suite struct ImporterTests {
    private static let document = #"""
        {
          "openapi": "3.0.3",
          "info": {"title": "Shelf", "version": "2", "description": "Books and who has them. More text."},
          "servers": [{"url": "https://{region}.shelf.example/v2/", "variables": {"region": {"default": "eu"}}}],
          "security": [{"token": []}],
          "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
              "Named": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
              "Book": {
                "allOf": [
                  {"$ref": "#/components/schemas/Named"},
                  {
                    "type": "object",
                    "properties": {
                      "id": {"type": "string", "readOnly": true},
                      "pages": {"type": "integer", "minimum": 0, "exclusiveMinimum": true, "nullable": true},
                      "next": {"$ref": "#/components/schemas/Book"}
                    },
                    "required": ["id"]
                  }
                ]
              }
            }
          },
          "paths": {
            "/books": {
              "parameters": [{"name": "page", "in": "query", "schema": {"type": "integer"}}],
              "get": {"operationId": "listBooks", "summary": "Lists the books on the shelf.", "responses": {}},
              "post": {
                "operationId": "createBook",
                "requestBody": {
                  "required": true,
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Book"}}}
                },
                "responses": {}
              }
            },
            "/books/search": {"post": {"operationId": "searchBooks", "responses": {}}},
            "/books/{id}": {
              "delete": {
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "responses": {}
              }
            },
            "/sheet": {
              "put": {"operationId": "putSheet", "requestBody": {"content": {"text/csv": {}}}, "responses": {}}
            }
          }
        }
        """#

    private func load(_ text: String, name: String) throws -> (Toolkit, OpenAPIImporter.Result) {
        let imported = OpenAPIImporter.convert(Array(text.utf8), name: name, file: "given.json")
        let files = try #require(imported.files, "\(imported.diagnostics.map(\.description))")
        let folder = TemporaryFolder()
        folder.write("\(name)/openapi.json", JSONWriter.text(of: files.openAPI))
        folder.write("\(name)/toolkit.json", JSONWriter.text(of: files.toolkit))
        let loaded = ToolkitLoader.load(folder: folder.path + "/" + name)
        #expect(loaded.diagnostics.filter { $0.severity == .error }.map(\.description) == [])
        return (try #require(loaded.toolkit), imported)
    }

    @Test func `an imported API works at once`() async throws {
        let (toolkit, imported) = try load(ImporterTests.document, name: "shelf")
        #expect(
            toolkit.specifications.map(\.name) == [
                "shelf_list_books", "shelf_create_book", "shelf_search_books", "shelf_delete_books_id",
            ]
        )
        #expect(toolkit.specifications.map(\.effect) == [.read, .create, .read, .destroy])
        #expect(toolkit.excluded.map(\.operation) == ["putSheet"])
        #expect(imported.counts.excluded == 1)
        let api = FakeAPI(json: #"{"id":"7"}"#)
        let connections = FakeConnections(fields: ["region": "us"])
        let provider = Fixture.provider(api, connections: connections, toolkits: [toolkit])
        let made = await provider.call("shelf_create_book", ["name": "Emma", "pages": 9])
        #expect(made.value == ["id": "7"])
        #expect(api.lines == ["POST https://us.shelf.example/v2/books"])
        #expect(api.body == ["name": "Emma", "pages": 9])
        let refused = await provider.call("shelf_create_book", ["pages": 0])
        #expect(refused.value["error"] == "invalid_arguments")
    }

    @Test func `every guess about an effect is marked as one`() throws {
        let (toolkit, _) = try load(ImporterTests.document, name: "shelf")
        #expect(toolkit.specifications.allSatisfy { $0.notes.contains { $0.contains("guessed") } })
    }

    @Test(arguments: ["ashby", "pinpoint"])
    func `our own documents can be imported`(name: String) throws {
        let text = String(decoding: try TextFile.read(Fixture.home + "/toolkits/\(name)/openapi.json"), as: UTF8.self)
        let (toolkit, _) = try load(text, name: name)
        #expect(toolkit.specifications.count >= 111)
    }

    @Test(arguments: [
        ("{", "error"), (#"{"swagger":"2.0"}"#, "must be version 3.0 or 3.1"),
        (#"{"openapi":"3.0.0","paths":{}}"#, "--server"),
        (#"{"openapi":"3.0.0","servers":[{"url":"https://a.example"}],"paths":{}}"#, "none of the operations"),
    ])
    func `a document that cannot be used is refused with a reason`(text: String, reason: String) {
        let imported = OpenAPIImporter.convert(Array(text.utf8), name: "x", file: "x.json")
        #expect(imported.files == nil)
        #expect(imported.diagnostics.contains { $0.description.contains(reason) })
    }
}
