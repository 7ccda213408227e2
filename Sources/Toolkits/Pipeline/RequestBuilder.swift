import Connections
import HTTP
import JSON

/// Makes the HTTP request of a call.
struct RequestBuilder {
    /// Which part of a list to ask for.
    struct Page: Sendable, Hashable {
        var limit: Int?
        /// The vendor's own cursor, or the number of the page.
        var position: JSONValue?
    }

    let toolkit: Toolkit
    let tool: ToolkitTool
    let connection: AuthorizedConnection

    func request(_ bound: ArgumentReader.Bound, page: Page = Page()) throws(ToolFailure) -> HTTPRequest {
        var bound = bound
        if let limit = page.limit, let argument = tool.argument(.limit) {
            place(.integer(limit), argument.target, &bound)
        }
        if let position = page.position, let argument = tool.argument(.cursor) {
            place(position, argument.target, &bound)
        }
        var target = try path(bound)
        let query = RequestBuilder.query(bound.query)
        // Some documents have paths that end with a query of their own.
        if !query.isEmpty { target += (target.utf8.contains(0x3F) ? "&" : "?") + query }
        var request = try base(target)
        request.method = tool.operation.method
        request.fields["Accept"] = "application/json"
        for header in toolkit.settings.request.headers { request.fields[header.name] = header.value }
        for header in bound.headers {
            // A line break would add header fields that nobody allowed.
            guard header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw ToolFailure(
                    "invalid_arguments",
                    "\(header.name) must not contain control characters; nothing was sent."
                )
            }
            request.fields[header.name] = header.value
        }
        if let body = tool.operation.body, body.isForm(with: bound.body) {
            do {
                let form = try MultipartBody(bound.body, files: body.files)
                request.fields["Content-Type"] = form.contentType
                request.body = .bytes(form.bytes)
            } catch {
                throw ToolFailure("invalid_arguments", error.message)
            }
        } else if let body = tool.operation.body {
            request.fields["Content-Type"] = body.contentType
            request.body = .bytes(JSONWriter.bytes(of: document(bound)))
        }
        do {
            try toolkit.authentication.authorize(&request, with: connection)
        } catch {
            throw ToolFailure(error)
        }
        return request
    }

    private func place(_ value: JSONValue, _ target: ToolArgument.Target, _ bound: inout ArgumentReader.Bound) {
        switch target {
        case .query(let name, _): bound.query.append((name, value, false))
        case .body(let name): bound.body[name] = value
        case .header(let name): bound.headers.append((name, RequestBuilder.text(of: value)))
        case .path(let name): bound.path[name] = RequestBuilder.text(of: value)
        case .none: break
        }
    }

    private func document(_ bound: ArgumentReader.Bound) -> JSONValue {
        guard let shape = tool.shape else { return .object(bound.body) }
        // The record that is changed is the one that the path ends with.
        let id = OpenAPIDocument.placeholders(in: tool.operation.path).last.flatMap { bound.path[$0] }
        return shape.document(bound.body, id: id)
    }

    private func path(_ bound: ArgumentReader.Bound) throws(ToolFailure) -> String {
        try RequestBuilder.fill(tool.operation.path) { (name) throws(ToolFailure) in
            guard let value = bound.path[name], value != ".", value != "..", !value.isEmpty else {
                throw ToolFailure("invalid_arguments", "\(name) must not be empty, and nothing was sent.")
            }
            return PercentEncoding.encode(value)
        }
    }

    /// The request to an address that the toolkit allows, or that the connection itself names.
    private func base(_ target: String) throws(ToolFailure) -> HTTPRequest {
        var server = connection.baseURL ?? toolkit.settings.server
        while server.hasSuffix("/") { server.removeLast() }
        if connection.baseURL == nil {
            server = try RequestBuilder.fill(server) { (name) throws(ToolFailure) in
                let field = toolkit.settings.serverVariables[name] ?? name
                let value = connection.fields[field] ?? toolkit.settings.serverDefaults[name] ?? ""
                guard AuthenticationScheme.isHostLabel(value) else {
                    let message = """
                        The connection \(connection.id) to \(toolkit.title) has no usable \(field). Add it again with \
                        `switchboard connections add \(toolkit.name) --field \(field)=…`.
                        """
                    throw ToolFailure(ConnectionError.Code.invalid.rawValue, message)
                }
                return value
            }
        }
        do {
            let root = try HTTPRequest(url: server)
            if connection.baseURL == nil {
                guard toolkit.settings.egress.allows(scheme: root.scheme, authority: root.authority) else {
                    throw ToolFailure(
                        "egress_refused",
                        "\(toolkit.title) may not be reached at \(root.authority): its toolkit allows other hosts only."
                    )
                }
            }
            // An address that ends with what every path begins with is meant to be the same place.
            let prefix = root.target == "/" ? "" : root.target
            let whole = target.hasPrefix(prefix + "/") ? target : prefix + target
            return HTTPRequest(scheme: root.scheme, authority: root.authority, target: whole)
        } catch let failure as ToolFailure {
            throw failure
        } catch {
            throw ToolFailure(
                ConnectionError.Code.invalid.rawValue,
                "The address of connection \(connection.id) cannot be used: \(error)."
            )
        }
    }

    static func query(_ pairs: [(name: String, value: JSONValue, explodes: Bool)]) -> String {
        var parts: [String] = []
        for pair in pairs {
            let name = PercentEncoding.encode(pair.name)
            let values = (pair.value.array ?? [pair.value]).map { PercentEncoding.encode(text(of: $0)) }
            if pair.explodes, pair.value.array != nil {
                parts += values.map { name + "=" + $0 }
            } else {
                parts.append(name + "=" + values.joined(separator: ","))
            }
        }
        return parts.joined(separator: "&")
    }

    /// A value as it stands in a URL or a header field.
    static func text(of value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .null: ""
        default: JSONWriter.text(of: value)
        }
    }

    /// A template with each `{name}` replaced; an open brace without its partner stands for itself.
    private static func fill(
        _ template: String,
        _ value: (String) throws(ToolFailure) -> String
    ) throws(ToolFailure) -> String {
        var result = ""
        var rest = template[...]
        while let open = rest.utf8.firstIndex(of: 0x7B), let close = rest.utf8[open...].firstIndex(of: 0x7D) {
            result += rest[..<open]
            result += try value(String(rest[rest.utf8.index(after: open)..<close]))
            rest = rest[rest.utf8.index(after: close)...]
        }
        return result + rest
    }
}
