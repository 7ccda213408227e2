package import HTTP
package import JSON

/// A request to the control API, read.
package struct ControlCall: Sendable {
    package var method: String
    /// What follows `/v1/`, decoded.
    package var path: [String]
    package var query: [(name: String, value: String)]
    /// The members of the body; empty without one.
    package var body: JSONObject
    package var principal: ControlPrincipal
    /// The value of the field `Idempotency-Key`.
    package var idempotencyKey: String?

    private static let largestPage = 1000

    /// The body of a request.
    ///
    /// - Throws: ``Problem`` 413 when it is longer than `limit` bytes.
    static func body(of request: HTTPRequest, limit: Int) async throws(Problem) -> [UInt8] {
        do {
            return try await request.body.collect(limit: limit)
        } catch { throw Problem(413, "too_large", "The body must not be longer than \(limit) bytes.") }
    }

    init(_ request: HTTPRequest, bytes: [UInt8], principal: ControlPrincipal) throws {
        let path = request.path.hasPrefix("/v1/") ? request.path.dropFirst("/v1/".count) : request.path.dropFirst()
        self.principal = principal
        method = request.method
        idempotencyKey = request.fields["Idempotency-Key"]
        self.path = try path.split(separator: "/").map { part in
            guard let text = PercentEncoding.decode(part) else { throw Problem.notFound(request.path) }
            return text
        }
        query = PercentEncoding.decodeForm(request.query)
        if bytes.isEmpty {
            body = [:]
            return
        }
        do {
            guard let object = try JSONParser.parse(bytes, options: JSONParser.Options(maximumDepth: 32)).object else {
                throw Problem(400, "invalid", "The body must be a JSON object.")
            }
            body = object
        } catch let error as JSONError { throw Problem(400, "invalid", "The body is not JSON: \(error).") }
    }

    /// The body with its members checked against what is known.
    ///
    /// - Throws: ``RouterError`` with code `invalid` that names the members that are not.
    package func arguments(_ known: [String]) throws(RouterError) -> ArgumentObject {
        try ArgumentObject(body, known: known, in: "the body")
    }

    /// The values of the parameters, refusing parameters that are not known.
    ///
    /// - Throws: ``Problem``.
    package func parameters(_ known: [String]) throws(Problem) -> [String: String] {
        var values: [String: String] = [:]
        for (name, value) in query {
            guard known.contains(name) else {
                let all = known.isEmpty ? "there are none" : "known are \(known.joined(separator: ", "))"
                throw Problem(400, "invalid", "There is no parameter \(name.prefix(32)); \(all).")
            }
            values[name] = value
        }
        return values
    }

    /// A JSON answer.
    package static func json(_ value: JSONValue, status: Int = 200) -> HTTPResponse {
        .json(JSONWriter.bytes(of: value), status: status)
    }

    /// An answer with one page of a list, as the parameters `limit` and `cursor` ask for it.
    ///
    /// The cursor is the id of the last item: it stays valid when others, or that one, come and go.
    ///
    /// - Parameters:
    ///   - items: The whole list, in the order of its ids.
    ///   - name: What the list is called in the answer.
    ///   - parameters: The parameters of the request.
    ///   - id: The id of an item.
    ///   - json: An item as it is shown.
    /// - Throws: ``Problem`` for a limit that is none.
    package static func page<Item>(
        _ items: [Item],
        _ name: String,
        _ parameters: [String: String],
        id: (Item) -> String,
        json: (Item) -> JSONObject
    ) throws(Problem) -> HTTPResponse {
        let limit = try limit(parameters["limit"]) ?? 100
        var rest = items[...]
        if let cursor = parameters["cursor"] { rest = rest.drop { id($0) <= cursor } }
        let page = rest.prefix(limit)
        return ControlCall.json([
            name: .array(page.map { .object(json($0)) }),
            "next_cursor": page.count < rest.count ? page.last.map { .string(id($0)) } ?? .null : .null,
        ])
    }

    /// The number of items that a page is to have; nil when none is asked for.
    ///
    /// - Throws: ``Problem`` for a text that is no number from 1 to 1000.
    package static func limit(_ text: String?) throws(Problem) -> Int? {
        guard let text else { return nil }
        guard let limit = Int(text), (1...largestPage).contains(limit) else {
            throw Problem(400, "invalid", "limit must be an integer from 1 to \(largestPage).")
        }
        return limit
    }
}
