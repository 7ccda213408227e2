import Basics
import Connections
import HTTP
import JSON
import TestSupport
import Testing
import Toolkits
import Tools

/// Toolkits whose accounts are authorised with OAuth 2: what they say, and what a refused token means for a call.
@Suite struct OAuthTests {
    private static func openAPI(
        flows: String =
            #"{"authorizationCode": {"authorizationUrl": "https://auth.tiny.example/a", "#
            + #""tokenUrl": "https://{subdomain}.tiny.example/t", "scopes": {"r": "", "w": ""}}}"#
    ) -> String {
        """
        {
          "openapi": "3.1.0",
          "info": {"title": "Tiny", "version": "1"},
          "servers": [{"url": "https://api.tiny.example"}],
          "components": {"securitySchemes": {"oauth": {"type": "oauth2", "flows": \(flows)}}},
          "paths": {"/notes": {
            "get": {"operationId": "list", "summary": "Lists every note that there is."},
            "post": {"operationId": "add", "summary": "Adds a note each time that it is called."}
          }}
        }
        """
    }

    private static func definition(_ authentication: String = "") -> String {
        """
        {
          "format": 1, "name": "tiny", "title": "Tiny", "description": "Notes.", "hosts": ["api.tiny.example"],
          "authentication": {
            "scheme": "oauth", \(authentication)
            "fields": [{"name": "subdomain", "title": "S", "description": "The subdomain.", "server_variable": "s"}],
            "probe": {"tool": "list_notes"}
          },
          "tools": [
            {"name": "list_notes", "title": "List", "operation": "list", "effect": "read"},
            {"name": "add_note", "title": "Add", "operation": "add", "effect": "create"}
          ]
        }
        """
    }

    private func load(_ definition: String, _ openAPI: String) -> (toolkit: Toolkit?, problems: String) {
        let folder = TemporaryFolder()
        folder.write("tiny/toolkit.json", definition)
        folder.write("tiny/openapi.json", openAPI)
        let loaded = ToolkitLoader.load(folder: folder.path + "/tiny")
        return (loaded.toolkit, loaded.diagnostics.map(\.description).joined(separator: "\n"))
    }

    @Test func `a scheme comes from the OpenAPI document and what it has no words for`() {
        let rule = """
            "oauth": {"issuer": "https://auth.tiny.example", "scopes": ["r"], "client_authentication": "body",
                "authorization_parameters": {"access_type": "offline"}},
            """
        let (toolkit, problems) = load(OAuthTests.definition(rule), OAuthTests.openAPI())
        #expect(problems == "")
        #expect(
            toolkit?.authentication.oauth
                == OAuthScheme(
                    grants: [.authorizationCode],
                    authorizationURL: "https://auth.tiny.example/a",
                    tokenURL: "https://{subdomain}.tiny.example/t",
                    issuer: "https://auth.tiny.example",
                    scopes: ["r"],
                    clientAuthentication: .body,
                    parameters: [OAuthScheme.Parameter(name: "access_type", value: "offline")]
                )
        )
        #expect(toolkit?.authentication.fields.map(\.name) == ["client_id", "client_secret", "subdomain"])
        #expect(
            load(OAuthTests.definition(), OAuthTests.openAPI()).toolkit?.authentication.oauth?.scopes == ["r", "w"]
        )
    }

    @Test(arguments: [
        (
            #""oauth": {"grants": ["password"]},"#, "",
            "\"password\" is not one of: authorization_code, client_credentials"
        ),
        (#""oauth": {"grants": ["client_credentials"]},"#, "", "has no flow for client_credentials"),
        (#""oauth": {"authorization_parameters": {"state": "x"}},"#, "", "\"state\" is made for every flow anew"),
        (#""oauth": {"isuer": "x"},"#, "", "did you mean \"issuer\"?"),
        (#""credential": "subdomain","#, "", "the access token is sent"),
        ("", #"{"implicit": {"authorizationUrl": "https://a.example", "scopes": {}}}"#, "others are not safe"),
        ("", #"{"clientCredentials": {"tokenUrl": "http://a.example/t", "scopes": {}}}"#, "tokenUrl must be an https"),
        ("", #"{"clientCredentials": {"tokenUrl": "https://{x}.a.example/t", "scopes": {}}}"#, "stands for a field"),
    ])
    func `a scheme that is not safe or not known is said`(rule: String, flows: String, says: String) {
        let openAPI = flows.isEmpty ? OAuthTests.openAPI() : OAuthTests.openAPI(flows: flows)
        let (_, problems) = load(OAuthTests.definition(rule), openAPI)
        #expect(problems.contains(says), "\(problems)")
    }

    /// Tokens that are good in turn, counted.
    private final class Renewing: ConnectionSource {
        private let log = Locked<[String]>([])
        let renewals: Int

        init(renewals: Int) { self.renewals = renewals }

        var events: [String] { log.withLock { $0 } }

        private func connection(_ generation: Int) -> AuthorizedConnection {
            AuthorizedConnection(
                id: "conn_1",
                toolkit: "tiny",
                fields: ["subdomain": "lab"],
                secrets: ["access_token": Secret("token-\(generation)")],
                generation: generation
            )
        }

        func connection(
            user: String,
            toolkit: String,
            id: String?
        ) async throws(ConnectionError) -> AuthorizedConnection { connection(0) }

        func renewed(_ old: AuthorizedConnection) async throws(ConnectionError) -> AuthorizedConnection? {
            log.withLock { $0.append("renewed \(old.generation)") }
            return old.generation < renewals ? connection(old.generation + 1) : nil
        }

        func refused(connection id: String, status: Int) async { log.withLock { $0.append("refused \(status)") } }
    }

    private func call(_ tool: String, good: String, renewals: Int) async -> (ToolResult, [String], [String]) {
        let api = FakeAPI { request in
            request.fields["Authorization"] == "Bearer " + good
                ? .json(Array(#"{"id":"1"}"#.utf8)) : HTTPResponse(status: 401)
        }
        let source = Renewing(renewals: renewals)
        let provider = ToolkitProvider(
            toolkits: load(OAuthTests.definition(), OAuthTests.openAPI()).toolkit.map { [$0] } ?? [],
            connections: source,
            transport: InMemoryTransport(api),
            clock: Fixture.clock,
            log: .none
        )
        let result = await provider.call(tool)
        return (result, api.asked.map { $0.method + " " + ($0.fields["Authorization"] ?? "") }, source.events)
    }

    @Test(arguments: ["list_notes", "add_note"])
    func `after a refusal the call is made once more with a newer token, a write too`(tool: String) async {
        let method = tool == "list_notes" ? "GET" : "POST"
        let (result, asked, events) = await call(tool, good: "token-1", renewals: 1)
        #expect(!result.isError)
        #expect(asked == ["\(method) Bearer token-0", "\(method) Bearer token-1"])
        #expect(events == ["renewed 0"])
    }

    @Test func `a second refusal is the end, and says what to do`() async {
        let (result, asked, events) = await call("add_note", good: "none", renewals: 9)
        #expect(asked.count == 2)
        #expect(events == ["renewed 0", "refused 401"])
        #expect(result.value["error"] == "unauthorized" && result.value["outcome"] == "failed")
        #expect(result.value["connection"] == ["id": "conn_1", "state": "needs_reauth"])
        #expect(result.text?.contains("It must be authorised anew with `switchboard connections add tiny`") == true)
    }

    @Test func `without anything newer the call is made once`() async {
        let (result, asked, events) = await call("list_notes", good: "none", renewals: 0)
        #expect(result.isError && asked.count == 1)
        #expect(events == ["renewed 0", "refused 401"])
    }

    @Test func `a token that is good is not renewed`() async {
        let (result, asked, events) = await call("list_notes", good: "token-0", renewals: 1)
        #expect(!result.isError && asked.count == 1 && events.isEmpty)
    }
}
