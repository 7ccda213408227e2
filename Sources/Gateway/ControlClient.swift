package import HTTP
package import JSON

/// Speaks the control API, whether it is served by another process or by this one.
package struct ControlClient: Sendable {
    private let transport: any HTTPTransport
    private let options: HTTPRequestOptions

    /// A client of an API that a transport leads to.
    package init(transport: any HTTPTransport, unixSocket: String? = nil) {
        self.transport = transport
        var options = HTTPRequestOptions()
        options.unixSocket = unixSocket
        options.totalTimeout = 600
        options.idleTimeout = 600
        self.options = options
    }

    /// Sends a request and gives the answer's JSON.
    ///
    /// - Throws: ``ControlError`` for an answer that is a problem document; ``HTTPError`` when there is no answer.
    package func send(
        _ method: String,
        _ target: String,
        body: JSONValue? = nil
    ) async throws -> JSONValue {
        let (_, bytes) = try await exchange(method, target, body: body.map { JSONWriter.bytes(of: $0) })
        guard !bytes.isEmpty else { return .null }
        return try JSONParser.parse(bytes)
    }

    /// The whole of a list that comes in pages, as one answer without a cursor.
    ///
    /// - Parameters:
    ///   - target: The list, without the parameters `limit` and `cursor`.
    ///   - name: What the list is called in the answer.
    /// - Throws: As ``send(_:_:body:)``.
    package func everyPage(of target: String, _ name: String) async throws -> JSONValue {
        var items: [JSONValue] = []
        var cursor: String?
        let mark = target.contains("?") ? "&" : "?"
        repeat {
            let rest = cursor.map { "&cursor=" + PercentEncoding.encode($0) } ?? ""
            let page = try await send("GET", target + mark + "limit=1000" + rest)
            items += page[name]?.array ?? []
            cursor = page["next_cursor"]?.string
        } while cursor != nil
        return [name: .array(items), "next_cursor": .null]
    }

    /// Sends a request and gives the answer's status and bytes.
    ///
    /// - Throws: As ``send(_:_:body:)``.
    package func exchange(
        _ method: String,
        _ target: String,
        body: [UInt8]? = nil,
        fields: HTTPFields = [:]
    ) async throws -> (status: Int, body: [UInt8]) {
        var fields = fields
        if body != nil, fields["Content-Type"] == nil { fields["Content-Type"] = "application/json" }
        let request = HTTPRequest(
            method: method,
            authority: "localhost",
            target: target,
            fields: fields,
            body: body.map { .bytes($0) } ?? .empty,
            peer: "local"
        )
        let response = try await transport.send(request, options: options)
        let bytes = try await response.body.collect(limit: 256 << 20)
        if response.status >= 400, response.fields["Content-Type"]?.hasPrefix("application/problem+json") == true {
            throw ControlError(status: response.status, problem: (try? JSONParser.parse(bytes)) ?? .null)
        }
        return (response.status, bytes)
    }
}

/// A refusal of the control API (RFC 9457).
package struct ControlError: Error, Sendable, CustomStringConvertible {
    package var status: Int
    /// The problem document.
    package var problem: JSONValue

    package init(status: Int, problem: JSONValue) {
        self.status = status
        self.problem = problem
    }

    /// Whether only a person can help: an account must be connected, or connected again.
    package var needsPerson: Bool {
        ["connection_missing", "connection_ambiguous", "needs_reauth", "unauthorized", "approval_required"].contains(
            problem["code"]?.string
        )
    }

    package var description: String {
        problem["detail"]?.string ?? problem["title"]?.string ?? "the server answered with status \(status)"
    }
}
