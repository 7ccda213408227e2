import HTTP
import JSON

/// An error answer of Pinpoint, in the form of JSON:API error objects.
struct PinpointFailure: Error, Sendable {
    var status: Int
    var code: String
    var title: String
    var detail: String
    var pointer: String?

    private init(_ status: Int, _ code: String, _ title: String, _ detail: String, pointer: String? = nil) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.pointer = pointer
    }

    static func badRequest(_ detail: String) -> Self { .init(400, "bad_request", "Bad Request", detail) }
    static func unauthorized(_ detail: String) -> Self { .init(401, "unauthorized", "Unauthorized", detail) }
    static func forbidden(_ detail: String) -> Self { .init(403, "forbidden", "Forbidden", detail) }
    static let notFound = Self(404, "not_found", "Not Found", "Record not found")
    static let tooManyRequests = Self(429, "too_many_requests", "Too Many Requests", "Rate limit exceeded")

    static func invalid(_ attribute: String, _ problem: String) -> Self {
        .init(
            422,
            "unprocessable_entity",
            "Validation Error",
            "\(attribute) \(problem)",
            pointer: "/data/attributes/\(attribute)"
        )
    }

    static func invalid(relationship name: String, _ problem: String) -> Self {
        .init(
            422,
            "unprocessable_entity",
            "Validation Error",
            "\(name) \(problem)",
            pointer: "/data/relationships/\(name)"
        )
    }

    static func refused(_ detail: String) -> Self {
        .init(422, "unprocessable_entity", "Validation Error", detail)
    }

    var document: JSONValue {
        var error: JSONObject = [
            "code": .string(code), "status": .string(String(status)), "title": .string(title),
            "detail": .string(detail),
        ]
        if let pointer { error["source"] = ["pointer": .string(pointer)] }
        return ["errors": [.object(error)]]
    }
}
