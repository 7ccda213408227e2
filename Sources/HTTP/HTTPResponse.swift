/// A response, on either side of the wire.
package struct HTTPResponse: Sendable {
    /// 100 to 599.
    package var status: Int
    package var fields: HTTPFields
    package var body: HTTPBody

    package init(status: Int, fields: HTTPFields = [:], body: HTTPBody = .empty) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// A response with a JSON body.
    package static func json(_ bytes: [UInt8], status: Int = 200, fields: HTTPFields = [:]) -> HTTPResponse {
        var fields = fields
        fields["Content-Type"] = fields["Content-Type"] ?? "application/json"
        return HTTPResponse(status: status, fields: fields, body: .bytes(bytes))
    }

    /// A response with a plain text body.
    package static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status,
            fields: ["Content-Type": "text/plain; charset=utf-8"],
            body: .bytes(Array(text.utf8))
        )
    }
}
