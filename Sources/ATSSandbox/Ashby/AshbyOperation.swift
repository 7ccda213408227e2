import JSON

/// One call of Ashby's API: who may make it, what it takes, and what it does.
struct AshbyOperation: Sendable {
    enum Kind: Sendable {
        case uuid, text, integer, boolean, instant, object, any
        case words([String])
        indirect case list(Kind)
        case choice([String])
    }

    struct Parameter: Sendable {
        var name: String
        var kind: Kind
        var isRequired: Bool
        var isNullable: Bool

        init(_ name: String, _ kind: Kind = .text, required: Bool = false, nullable: Bool = false) {
            self.name = name
            self.kind = kind
            isRequired = required
            isNullable = nullable
        }

        static func id(_ name: String, required: Bool = true) -> Self { .init(name, .uuid, required: required) }
    }

    enum Reply: Sendable {
        case object(JSONValue)
        case list([JSONValue])
        case page([JSONValue], next: String?, sync: String?)
    }

    typealias Body = @Sendable (inout AshbyCall) throws(AshbyFailure) -> Reply

    var name: String
    /// Such as `candidatesRead`; the last part says whether it changes anything.
    var permission: String
    var parameters: [Parameter]
    var body: Body

    /// Whether it changes records; reports are started with a permission to read.
    var isWrite: Bool

    init(
        _ name: String,
        _ permission: String,
        _ parameters: [Parameter] = [],
        writes: Bool? = nil,
        _ body: @escaping Body
    ) {
        self.name = name
        self.permission = permission
        self.parameters = parameters
        isWrite = writes ?? !permission.hasSuffix("Read")
        self.body = body
    }

    static let paging: [Parameter] = [
        .init("cursor", .text, nullable: true), .init("syncToken", .text, nullable: true), .init("limit", .integer),
    ]
}
