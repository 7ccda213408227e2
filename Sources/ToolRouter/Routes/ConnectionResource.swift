import Basics
package import Connections
import HTTP
import JSON
package import Toolkits
package import Tools

/// What the control API and the command line do with connections.
package struct ConnectionAdministration: Sendable {
    package let store: ConnectionStore
    package let toolkits: ToolkitProvider

    package init(store: ConnectionStore, toolkits: ToolkitProvider) {
        self.store = store
        self.toolkits = toolkits
    }

    /// The toolkit of that name.
    ///
    /// - Throws: ``ConnectionError`` with code `invalid` that names the nearest ones.
    @discardableResult
    package func check(toolkit name: String) throws(ConnectionError) -> Toolkit {
        if let toolkit = toolkits.toolkit(named: name) { return toolkit }
        let names = toolkits.toolkits.map(\.name)
        let near = Similarity.nearest(to: name, among: names, limit: 3)
        throw ConnectionError(
            .invalid,
            "There is no toolkit \(name)."
                + (near.isEmpty
                    ? " There are: \(names.joined(separator: ", "))."
                    : " Did you mean \(near.joined(separator: ", "))?")
        )
    }

    /// Holds a new connection against what its toolkit asks for, and keeps it.
    ///
    /// - Throws: ``ConnectionError`` with code `invalid`, `sealed` or `storage`.
    package func add(_ new: NewConnection) async throws(ConnectionError) -> ConnectionRecord {
        let toolkit = try check(toolkit: new.toolkit)
        try toolkit.authentication.check(
            toolkit: new.toolkit,
            fields: new.fields,
            secrets: new.secrets,
            hasBaseURL: new.baseURL != nil
        )
        return try await store.add(new)
    }

    /// Tries a connection with its toolkit's own probe, and remembers what came of it.
    ///
    /// - Throws: ``ConnectionError`` with code `missing` or `storage`.
    package func test(_ id: String) async throws(ConnectionError) -> (record: ConnectionRecord, result: ToolResult) {
        guard let record = store.record(id), let user = record.user else {
            throw ConnectionError(.missing, "There is no connection \(id). See: switchboard connections list")
        }
        // One that was refused is tried all the same: that is what a test is for.
        try await store.mark(id, as: .active)
        let result = await toolkits.probe(toolkit: record.toolkit, user: user, connection: id)
        return (store.record(id) ?? record, result)
    }
}

/// `/v1/connections`.
struct ConnectionResource {
    let administration: ConnectionAdministration

    private static let members = ["user", "toolkit", "label", "fields", "secrets", "base_url"]

    func respond(to call: ControlCall) async throws -> HTTPResponse {
        do {
            return try await answer(call)
        } catch let error as ConnectionError { throw Problem(error) }
    }

    private func answer(_ call: ControlCall) async throws -> HTTPResponse {
        switch (call.method, call.path.count, call.path.last) {
        case ("GET", 1, _):
            let parameters = try call.parameters(["user", "toolkit"])
            let records = administration.store.all.filter { record in
                (parameters["user"].map { $0 == record.user } ?? true)
                    && (parameters["toolkit"].map { $0 == record.toolkit } ?? true)
            }
            return ControlCall.json(["connections": .array(records.map { .object($0.json) }), "next_cursor": .null])
        case ("POST", 1, _):
            let record = try await administration.add(try new(call))
            return ControlCall.json(.object(record.json), status: 201)
        case ("GET", 2, let id?): return ControlCall.json(.object(try record(id).json))
        case ("DELETE", 2, let id?):
            guard try await administration.store.remove(id) else { throw missing(id) }
            return HTTPResponse(status: 204)
        case ("POST", 3, "test"):
            let (record, result) = try await administration.test(call.path[1])
            return ControlCall.json([
                "connection": .object(record.json), "ok": .bool(!result.isError),
                "message": .string(result.displayText),
            ])
        case (_, 1, _): throw Problem.method("GET, POST")
        case (_, 2, _): throw Problem.method("GET, DELETE")
        case (_, 3, "test"): throw Problem.method("POST")
        default: throw Problem(404, "not_found", "There is nothing at this path of a connection.")
        }
    }

    private func new(_ call: ControlCall) throws -> NewConnection {
        let arguments = try call.arguments(ConnectionResource.members)
        return NewConnection(
            user: try arguments.string("user", limit: 200),
            toolkit: try arguments.string("toolkit", limit: 200),
            label: try arguments.optionalString("label", limit: 200) ?? "",
            fields: try arguments.texts("fields"),
            secrets: try arguments.texts("secrets").mapValues { Secret($0) },
            baseURL: try arguments.optionalString("base_url", limit: 2000)
        )
    }

    private func record(_ id: String) throws -> ConnectionRecord {
        guard let record = administration.store.record(id) else { throw missing(id) }
        return record
    }

    private func missing(_ id: String) -> ConnectionError {
        ConnectionError(.missing, "There is no connection \(id.prefix(64)). See: switchboard connections list")
    }
}
