package import JSON

/// One way in which a simulator misbehaves, and the requests that it happens to.
package struct SandboxFault: Sendable, Hashable {
    /// What goes wrong.
    package enum Kind: Sendable, Hashable {
        /// The request is answered like this, and nothing is done.
        case status(Int, headers: [String: String], body: JSONValue?)
        /// The work starts that many seconds late.
        case delayBefore(Double)
        /// The work starts that many seconds late, and is done even when the caller has left by then.
        case lateWork(Double)
        /// The work is done at once and the answer comes that many seconds late.
        case delayAfter(Double)
        /// The work is done, and the answer is this status all the same.
        case failAfterWork(Int)
        /// The connection breaks off after that many bytes of the body.
        case cutOff(Int)
        /// That many bytes of the body come at a time, with so many seconds between.
        case drip(Int, Double)
        /// A web page in place of the answer, with that status.
        case page(Int)
        /// The answer with its last byte missing, complete as far as HTTP can tell.
        case malformed
        /// What the request writes is missing in lists for that many seconds.
        case listLag(Double)

        /// The name that the control route uses.
        package var name: String {
            switch self {
            case .status: "status"
            case .delayBefore: "delay_before"
            case .lateWork: "late_work"
            case .delayAfter: "delay_after"
            case .failAfterWork: "fail_after_work"
            case .cutOff: "cut_off"
            case .drip: "drip"
            case .page: "page"
            case .malformed: "malformed"
            case .listLag: "list_lag"
            }
        }
    }

    package var kind: Kind
    /// `ashby` or `pinpoint`; nil for both.
    package var system: String?
    package var method: String?
    /// The path without its query; a `*` at the end stands for anything.
    package var path: String?
    /// Such as `candidate.list` in Ashby and `candidates.list` in Pinpoint.
    package var operation: String?
    /// How many matching requests go well first.
    package var after = 0
    /// How many matching requests it happens to; nil for all that follow.
    package var count: Int?

    package init(
        _ kind: Kind,
        system: String? = nil,
        method: String? = nil,
        path: String? = nil,
        operation: String? = nil,
        after: Int = 0,
        count: Int? = nil
    ) {
        self.kind = kind
        self.system = system
        self.method = method
        self.path = path
        self.operation = operation
        self.after = after
        self.count = count
    }

    func matches(_ call: SandboxRequest) -> Bool {
        guard system == nil || system == call.system, method == nil || method == call.method,
            operation == nil || operation == call.operation
        else { return false }
        guard let path else { return true }
        return path.hasSuffix("*") ? call.path.hasPrefix(path.dropLast()) : call.path == path
    }
}
