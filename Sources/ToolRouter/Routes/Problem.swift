import Connections
package import HTTP
package import JSON

/// An error of the control API as a problem document (RFC 9457).
package struct Problem: Error {
    package var status: Int
    /// A code that programs can rely on.
    package var code: String
    /// What is wrong, and what to do about it.
    package var detail: String
    /// More members of the document.
    package var extra: JSONObject = [:]
    /// Fields of the response.
    package var fields: HTTPFields = [:]

    package init(_ status: Int, _ code: String, _ detail: String) {
        self.status = status
        self.code = code
        self.detail = detail
    }

    package init(_ error: RouterError) {
        switch error.code {
        case .invalid: self.init(400, "invalid", error.message)
        case .notFound: self.init(404, "not_found", error.message)
        case .conflict: self.init(409, "conflict", error.message)
        case .forbidden: self.init(403, "forbidden", error.message)
        case .damaged: self.init(500, "damaged", error.message)
        case .storage: self.init(500, "storage", error.message)
        }
    }

    init(_ error: ConnectionError) {
        switch error.code {
        case .missing: self.init(404, error.code.rawValue, error.message)
        case .invalid: self.init(400, error.code.rawValue, error.message)
        case .refused: self.init(403, error.code.rawValue, error.message)
        case .unavailable: self.init(502, error.code.rawValue, error.message)
        case .ambiguous, .needsReauthorization: self.init(409, error.code.rawValue, error.message)
        case .sealed, .storage: self.init(500, error.code.rawValue, error.message)
        }
    }

    /// There is nothing at a path.
    package static func notFound(_ path: Substring) -> Problem {
        Problem(404, "not_found", "There is nothing at \(path.prefix(32)).")
    }

    /// A method that cannot be used, and those that can.
    package static func method(_ allowed: String) -> Problem {
        var problem = Problem(405, "method_not_allowed", "Only \(allowed) can be used here.")
        problem.fields["Allow"] = allowed
        return problem
    }

    /// The problem as a response.
    package var response: HTTPResponse {
        var object: JSONObject = [
            "type": "about:blank", "title": .string(Problem.title(status)), "status": .integer(status),
            "code": .string(code), "detail": .string(detail),
        ]
        for member in extra where object[member.name] == nil { object[member.name] = member.value }
        var fields = fields
        fields["Content-Type"] = "application/problem+json"
        return .json(JSONWriter.bytes(of: .object(object)), status: status, fields: fields)
    }

    private static func title(_ status: Int) -> String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 409: "Conflict"
        case 413: "Content Too Large"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        default: "Internal Server Error"
        }
    }
}
