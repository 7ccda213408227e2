import Connections
import JSON
import Tools

/// The content of a `toolkit.json`, before it is joined with the OpenAPI document.
struct ToolkitDefinition {
    var name: String
    var title: String
    var description: String
    var documentation: String?
    var openAPIFile: String
    var authentication: Authentication
    var hosts: [String]
    var request: RequestRule
    var response: ResponseRule
    var pagination: PaginationRule?
    var errors: ErrorRules
    var rateLimit: RateLimitRule
    var settle: SettleTimes
    var triggers: TriggerRules?
    var origin: Origin
    var names: [NameRule]
    var arguments: [String: ArgumentRule]
    var tools: [ToolDefinition]
    var excluded: [ExcludedOperation]

    /// What to ask a person for, and the call that shows whether it works.
    struct Authentication {
        /// The name of the security scheme in the OpenAPI document; nil for an API that needs none.
        var scheme: String?
        /// The field that is the credential.
        var credential: String?
        var fields: [AuthenticationScheme.Field] = []
        /// Field by the name of the server variable that it fills.
        var serverVariables: [String: String] = [:]
        var probe: (tool: String, arguments: JSONObject)?
        var oauth = OAuthRule()
    }
}

/// What OpenAPI has no words for in an OAuth 2 scheme.
struct OAuthRule {
    /// Nil for those that the OpenAPI document has.
    var grants: [OAuthScheme.Grant]?
    var issuer: String?
    /// Nil for all that the OpenAPI document names.
    var scopes: [String]?
    var clientAuthentication = OAuthScheme.ClientAuthentication.basic
    var parameters: [OAuthScheme.Parameter] = []
    var isGiven = false
}

/// What is the same in every request.
struct RequestRule: Sendable, Hashable {
    enum Body: String, CaseIterable {
        case plain
        /// JSON:API documents (jsonapi.org, version 1.1).
        case jsonAPI = "json_api"
    }

    var headers: [(name: String, value: String)] = []
    var body = Body.plain

    static func == (a: RequestRule, b: RequestRule) -> Bool {
        a.body == b.body && a.headers.elementsEqual(b.headers) { $0 == $1 }
    }

    func hash(into hasher: inout Hasher) { hasher.combine(body) }
}

/// How the payload lies in a response.
struct ResponseRule: Sendable, Hashable {
    enum Format: String, CaseIterable {
        case plain
        case jsonAPI = "json_api"
    }

    var format = Format.plain
    /// The place of a flag that is false when the call failed whatever the status says.
    var success: JSONPointer?
    /// The place of the payload; the whole body where it is empty.
    var payload = JSONPointer()
    /// Values that stand beside the payload, by the name they get in a result.
    var extra: [ExtraValue] = []
}

/// A value beside the payload that is passed on.
struct ExtraValue: Sendable, Hashable {
    var name: String
    var place: JSONPointer
}

/// How a list goes on.
struct PaginationRule: Sendable, Hashable {
    enum Style: String, CaseIterable {
        /// The response has a token for the next page.
        case cursor
        /// Pages have numbers.
        case page
    }

    var style: Style
    /// The parameter that limits the size of a page.
    var limit: String
    /// The parameter that takes the token or the number.
    var position: String
    /// Where the next token is.
    var next: JSONPointer?
    /// The place of a flag that is false on the last page.
    var more: JSONPointer?
    /// The place of the number of all records.
    var total: JSONPointer?
    /// The size of a page when none is asked for.
    var defaultLimit: Int
}

/// How errors are read and named.
struct ErrorRules: Sendable, Hashable {
    /// Makes the message of the whole body, where places in it are not enough.
    var text: ResponseMapping?
    var message: [JSONPointer] = []
    var code: [JSONPointer] = []
    var requestID: [JSONPointer] = []
    var requestIDHeaders: [String] = []
    var rules: [ErrorRule] = []
}

/// What an error of the other side means, and what to do about it.
struct ErrorRule: Sendable, Hashable {
    var statuses: [Int]
    var codes: [String]
    var error: String
    var advice: String?
    /// Whether the credentials were refused.
    var refusesCredentials: Bool
}

/// How fast calls may be made, and which header fields tell about it.
struct RateLimitRule: Sendable, Hashable {
    var limit: [String] = []
    var remaining: [String] = []
    var reset: [String] = []
    var retryAfter: [String] = ["retry-after"]
    /// Finds the seconds to wait in the body, where they are told in words.
    var wait: ResponseMapping?
    /// What the vendor publishes.
    var limits: [Limit] = []
    /// Calls at a time over one connection.
    var concurrent = 4

    /// So many requests in every so many seconds.
    struct Limit: Sendable, Hashable {
        var requests: Int
        var seconds: Int
    }
}

/// A pattern that turns vendor parameter names into argument names; each has at most one `*`.
struct NameRule: Sendable, Hashable {
    private let before: String
    /// Nil for a pattern without `*`.
    private let after: String?
    private let name: [Substring]

    init(match: String, name: String) {
        let parts = match.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        before = parts[0]
        after = parts.count > 1 ? parts[1] : nil
        self.name = name.split(separator: "*", omittingEmptySubsequences: false)
    }

    func apply(to parameter: String) -> String? {
        // Bytes, because every rule meets every parameter when a toolkit is loaded.
        guard parameter.utf8.starts(with: before.utf8) else { return nil }
        guard let after else {
            return parameter.utf8.count == before.utf8.count ? name.joined(separator: "*") : nil
        }
        let length = parameter.utf8.count - before.utf8.count - after.utf8.count
        guard length > 0, parameter.utf8.suffix(after.utf8.count).elementsEqual(after.utf8) else { return nil }
        let middle = parameter.utf8.dropFirst(before.utf8.count).prefix(length)
        guard !middle.contains(UInt8(ascii: "[")), !middle.contains(UInt8(ascii: "]")) else { return nil }
        return name.joined(separator: String(decoding: middle, as: UTF8.self))
    }
}

/// What toolkit data says about one argument.
struct ArgumentRule: Sendable, Hashable {
    var name: String?
    var aliases: [String] = []
    var description: String?
    /// The argument is true or false for people; true sends this value.
    var flag: JSONValue?
    /// What false sends; nothing when nil.
    var flagOff: JSONValue?
    /// Not offered as an argument.
    var isHidden = false
}

/// An operation that is deliberately not a tool.
struct ExcludedOperation: Sendable, Hashable {
    var operation: String
    var reason: String
}
