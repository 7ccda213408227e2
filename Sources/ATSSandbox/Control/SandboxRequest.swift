import HTTP

/// What a fault can be matched by, and the log tells, of a request.
struct SandboxRequest: Sendable {
    var system: String
    var method: String
    var path: String
    var operation: String

    init(_ request: HTTPRequest, system: String) {
        self.system = system
        method = request.method
        path = String(request.path)
        let parts = path.split(separator: "/")
        if system == "ashby" {
            operation = parts.first.map(String.init) ?? ""
        } else {
            let verbs = ["GET": "get", "POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"]
            let verb = method == "GET" && parts.count == 3 ? "list" : verbs[method] ?? method.lowercased()
            operation = parts.count >= 3 ? "\(parts[2]).\(verb)" : ""
        }
    }
}
