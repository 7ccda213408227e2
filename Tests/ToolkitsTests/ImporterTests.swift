import Basics
import JSON
import TestSupport
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

    /// Peculiarities of documents that are in use.
    private static let odd = #"""
        {
          "openapi": "3.0.1",
          "info": {"title": "Odd", "version": "1"},
          "servers": [{"url": "https://odd.example"}],
          "components": {
            "securitySchemes": {
              "session": {"type": "apiKey", "in": "cookie", "name": "sid"},
              "key": {"type": "apiKey", "in": "header", "name": "X-Key"}
            },
            "schemas": {
              "Colour": {"type": "string", "enum": ["red", "blue"]},
              "Node": {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Node"}}}
            }
          },
          "paths": {
            "/works?beta=true": {
              "get": {
                "operationId": "list_works_works_get",
                "parameters": [
                  {"name": "q", "in": "query", "schema": {"type": "string"}},
                  {
                    "name": "made", "in": "query", "style": "deepObject",
                    "schema": {"type": "object", "properties": {"gte": {"type": "integer"}}}
                  },
                  {"name": "sid", "in": "cookie", "schema": {"type": "string"}}
                ],
                "responses": {}
              },
              "post": {
                "operationId": "create_search_index",
                "requestBody": {
                  "content": {
                    "application/json": {
                      "schema": {
                        "type": "object",
                        "properties": {
                          "colour": {"allOf": [{"$ref": "#/components/schemas/Colour"}], "nullable": true},
                          "shade": {"allOf": [{"$ref": "#/components/schemas/Colour"}], "description": "How dark."},
                          "size": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                          "root": {"$ref": "#/components/schemas/Node"}
                        },
                        "required": ["shade"]
                      }
                    }
                  }
                },
                "responses": {}
              }
            },
            "/works/{id}/cancel": {
              "post": {
                "operationId": "works.cancel",
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "responses": {}
              }
            },
            "/a": {"get": {"operationId": "get a", "responses": {}}},
            "/b": {"get": {"operationId": "get-a", "responses": {}}},
            "/c": {"get": {"operationId": "get_the_very_long_name_of_a_thing_that_nobody_would_ever_type_in_full", "responses": {}}},
            "/d": {
              "get": {
                "operationId": "needsCookie",
                "parameters": [{"name": "sid", "in": "cookie", "required": true, "schema": {"type": "string"}}],
                "responses": {}
              }
            }
          }
        }
        """#

    @Test func `peculiarities of documents that are in use are understood`() async throws {
        let (toolkit, imported) = try load(ImporterTests.odd, name: "odd")
        #expect(
            toolkit.specifications.map(\.name) == [
                "odd_list_works", "odd_create_search_index", "odd_works_cancel", "odd_get_a", "odd_get_a_2",
                "odd_get_the_very_long_name_of_a_thing_that_nobody_would_ever",
            ]
        )
        // What makes an index for searching changes something, and a cancellation cannot be taken back.
        #expect(toolkit.specifications.map(\.effect) == [.read, .create, .destroy, .read, .read, .read])
        #expect(toolkit.excluded.map(\.operation) == ["needsCookie"])
        #expect(imported.diagnostics.contains { $0.description.contains("the cookie sid is left out") })
        let schema = toolkit.specifications[1].inputSchema
        #expect(schema["required"] == ["shade"])
        #expect(schema["properties"]?["shade"]?["enum"] == ["red", "blue"])
        #expect(schema["properties"]?["shade"]?["description"] == "How dark.")
        #expect(schema["properties"]?["size"]?["type"] == ["integer", "null"])
        let api = FakeAPI(json: "{}")
        let provider = Fixture.provider(api, toolkits: [toolkit])
        _ = await provider.call("odd_list_works", ["q": "a b", "made[gte]": 7])
        _ = await provider.call(
            "odd_create_search_index",
            ["colour": nil, "shade": "red", "size": "3", "root": ["child": ["child": [:]]]]
        )
        #expect(
            api.lines == [
                "GET https://odd.example/works?beta=true&q=a%20b&made%5Bgte%5D=7",
                "POST https://odd.example/works?beta=true",
            ]
        )
        #expect(api.body == ["colour": nil, "shade": "red", "size": 3, "root": ["child": ["child": [:]]]])
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
