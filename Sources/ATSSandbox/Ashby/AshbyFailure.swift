import JSON

/// An error answer of Ashby: a code, and usually status 200 all the same.
struct AshbyFailure: Error, Sendable {
    var code: String
    var message: String
    var status = 200

    init(_ code: String, _ message: String, status: Int = 200) {
        self.code = code
        self.message = message
        self.status = status
    }

    static func invalid(_ field: String, _ problem: String) -> Self { .init("invalid_input", "\(field): \(problem)") }

    static func notFound(_ kind: String) -> Self {
        .init("\(kind)_not_found", "No such \(kind.replacing("_", with: " ")), or it is hidden from this key.")
    }
}
