import ATSSandbox
import Basics
import Cryptography
import HTTP
import JSON
import Testing

/// Who asks over the control routes is told what happens, with a signature.
struct PinpointWebhookTests {
    private final class Inbox: HTTPTransport {
        let stream: AsyncStream<HTTPRequest>
        private let continuation: AsyncStream<HTTPRequest>.Continuation

        init() {
            (stream, continuation) = AsyncStream.makeStream()
        }

        func send(_ request: HTTPRequest, options: HTTPRequestOptions) async throws -> HTTPResponse {
            continuation.yield(request)
            return HTTPResponse(status: 204)
        }
    }

    @Test func `a hire is told to those who asked for it, and signed`() async throws {
        let inbox = Inbox()
        let client = SandboxClient(sandbox: Sandbox(like: .small, options: SandboxOptions(transport: inbox)))
        let setting: JSONValue = [
            "url": "http://hooks.example/pinpoint", "secret": "s3cret", "events": ["application_hired"],
        ]
        #expect(try await client.control("POST", "webhooks", setting).status == 201)
        #expect(try await client.control("POST", "webhooks", ["url": "ftp://x", "secret": "s"]).status == 400)
        let move: JSONValue = [
            "data": [
                "type": "applications", "id": "5566",
                "relationships": ["stage": ["data": ["type": "stages", "id": "43216"]]],
            ]
        ]
        #expect(try await client.pinpoint("PUT", "applications/5566", move).status == 200)
        var requests = inbox.stream.makeAsyncIterator()
        let request = try #require(await requests.next())
        let body = try await request.body.collect(limit: 1 << 20)
        let value = try JSONParser.parse(body)
        #expect(value["event"] == "application_hired" && value.at("data.application.id") == 5566)
        #expect(value.at("data.job.id") == 4321 && value["triggeredAt"]?.integer == 1_795_165_200)
        let code = HMACSHA256.authenticate(body, key: Array("s3cret".utf8))
        #expect(request.fields["PINPOINT-HMAC-SHA256"] == Base64.encode(code))
        let shown = try await client.control("GET", "webhooks").json
        #expect(shown.at("webhooks.0.url") == "http://hooks.example/pinpoint" && shown.at("webhooks.0.secret") == .null)
        #expect(try await client.control("DELETE", "webhooks").json["webhooks"] == [])
    }
}
