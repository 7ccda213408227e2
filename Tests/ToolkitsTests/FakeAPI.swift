import Basics
import Connections
import HTTP
import JSON
import Tools
import Toolkits

/// An API whose answers a test writes, and which remembers what it was asked.
final class FakeAPI: HTTPHandler {
    typealias Answer = @Sendable (HTTPRequest) -> HTTPResponse

    private let requests = Locked<[HTTPRequest]>([])
    private let answer: Answer

    init(_ answer: @escaping Answer) {
        self.answer = answer
    }

    convenience init(json: String, status: Int = 200, fields: HTTPFields = [:]) {
        self.init { _ in .json(Array(json.utf8), status: status, fields: fields) }
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        requests.withLock { $0.append(request) }
        return answer(request)
    }

    var asked: [HTTPRequest] { requests.withLock { $0 } }
    var lines: [String] { asked.map { $0.method + " " + $0.url } }

    /// The body of the last request.
    var body: JSONValue? {
        guard case .bytes(let bytes)? = asked.last?.body else { return nil }
        return try? JSONParser.parse(bytes)
    }

    /// The body of the last request as text.
    var text: String? {
        guard case .bytes(let bytes)? = asked.last?.body else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Connections for every toolkit, and a memory of those that were refused.
final class FakeConnections: ConnectionSource {
    private let refusals = Locked<[String]>([])
    let fields: [String: String]
    let secrets: [String: Secret]
    let baseURL: String?

    init(
        fields: [String: String] = ["subdomain": "acme"],
        secrets: [String: Secret] = ["api_key": Secret("k3y")],
        baseURL: String? = nil
    ) {
        self.fields = fields
        self.secrets = secrets
        self.baseURL = baseURL
    }

    func connection(user: String, toolkit: String, id: String?) async throws(ConnectionError) -> AuthorizedConnection {
        guard user != "nobody" else {
            throw ConnectionError(.missing, "nobody has no connection to \(toolkit); add one.")
        }
        return AuthorizedConnection(
            id: id ?? "conn_1",
            toolkit: toolkit,
            fields: fields,
            secrets: secrets,
            baseURL: baseURL
        )
    }

    func refused(connection id: String, status: Int) async {
        refusals.withLock { $0.append("\(id) \(status)") }
    }

    var refused: [String] { refusals.withLock { $0 } }
}

enum Fixture {
    /// The folder of the repository.
    static let home: String = {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/")
    }()

    /// The toolkits of the repository.
    static let toolkits = ToolkitLoader.loadAll(home: home)

    static let clock = ManualClock(Timestamp(milliseconds: 1_795_167_000_000))

    static func provider(
        _ api: FakeAPI,
        connections: FakeConnections = FakeConnections(),
        toolkits: [Toolkit] = Fixture.toolkits.toolkits
    ) -> ToolkitProvider {
        ToolkitProvider(
            toolkits: toolkits,
            connections: connections,
            transport: InMemoryTransport(api),
            clock: clock,
            log: .none
        )
    }
}

extension ToolkitProvider {
    func call(_ tool: String, _ arguments: JSONObject = [:], user: String = "ann") async -> ToolResult {
        var call = ToolCall(tool: tool, arguments: arguments, user: user, origin: .user)
        call.permit = WritePermit(write: nil)
        return await self.call(call)
    }
}

extension ToolResult {
    /// The payload as a value.
    var value: JSONValue { (try? JSONParser.parse(payload)) ?? .null }
}
