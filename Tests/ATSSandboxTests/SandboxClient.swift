import ATSSandbox
import Basics
import HTTP
import JSON
import Testing

/// Calls a sandbox in the same process.
struct SandboxClient {
    struct Answer {
        var status: Int
        var fields: HTTPFields
        var bytes: [UInt8]
        var json: JSONValue
    }

    var sandbox: Sandbox
    var ashbyKey = SandboxKeys.ashby
    var pinpointKey = SandboxKeys.pinpoint

    func ashby(_ operation: String, _ body: JSONValue = [:]) async throws -> Answer {
        let credentials = Base64.encode(Array((ashbyKey + ":").utf8))
        return try await answer(
            sandbox.ashby,
            HTTPRequest(
                method: "POST",
                target: "/" + operation,
                fields: ["Authorization": "Basic " + credentials, "Content-Type": "application/json"],
                body: .bytes(JSONWriter.bytes(of: body))
            )
        )
    }

    func pinpoint(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> Answer {
        try await answer(
            sandbox.pinpoint,
            HTTPRequest(
                method: method,
                target: "/api/v1/" + path,
                fields: ["X-API-KEY": pinpointKey],
                body: body.map { .bytes(JSONWriter.bytes(of: $0)) } ?? .empty
            )
        )
    }

    func control(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> Answer {
        try await answer(
            sandbox.pinpoint,
            HTTPRequest(
                method: method,
                target: "/_sandbox/" + path,
                body: body.map { .bytes(JSONWriter.bytes(of: $0)) } ?? .empty
            )
        )
    }

    private func answer(_ handler: any HTTPHandler, _ request: HTTPRequest) async throws -> Answer {
        let response = await handler.respond(to: request)
        let bytes = try await response.body.collect(limit: 64 << 20)
        let json = (try? JSONParser.parse(bytes)) ?? .null
        return Answer(status: response.status, fields: response.fields, bytes: bytes, json: json)
    }

    /// Every row of an Ashby list, page by page.
    func everything(_ operation: String, _ body: JSONObject = [:]) async throws -> [JSONValue] {
        var rows: [JSONValue] = []
        var body = body
        while true {
            let page = try await ashby(operation, .object(body)).json
            rows += page["results"]?.array ?? []
            guard page["moreDataAvailable"] == true else { return rows }
            body["cursor"] = page["nextCursor"]
        }
    }
}

extension Sandbox {
    /// The default data set, for tests that only read.
    static let standard = Sandbox()
    /// The smallest data set, to make others like it.
    static let small = Sandbox(candidates: 210)
}

extension JSONValue {
    /// The value at a path of names and positions, null when there is none.
    func at(_ path: String) -> JSONValue {
        path.split(separator: ".").reduce(self) { value, part in
            Int(part).flatMap { value[$0] } ?? value[String(part)] ?? .null
        }
    }
}
