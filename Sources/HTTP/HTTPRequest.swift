/// A request, on either side of the wire.
package struct HTTPRequest: Sendable {
    /// `GET`, `POST`, …; case matters.
    package var method: String
    /// `http` or `https`.
    package var scheme: String
    /// Host and, where it is not the scheme's own, port.
    ///
    /// On a server: the `Host` field, which a client may invent.
    package var authority: String
    /// Path and query as they are on the wire, percent-encoded; starts with a slash.
    package var target: String
    package var fields: HTTPFields
    package var body: HTTPBody
    /// The address that a request came from, on a server: an IP address, or `local` for a socket in the file system.
    package var peer: String

    package init(
        method: String = "GET",
        scheme: String = "http",
        authority: String = "localhost",
        target: String = "/",
        fields: HTTPFields = [:],
        body: HTTPBody = .empty,
        peer: String = ""
    ) {
        self.method = method
        self.scheme = scheme
        self.authority = authority
        self.target = target
        self.fields = fields
        self.body = body
        self.peer = peer
    }

    /// A request to an absolute `http` or `https` URL; a fragment is dropped.
    ///
    /// - Throws: ``HTTPError`` with code `invalidURL` for anything else, a user name in the URL included.
    package init(
        method: String = "GET",
        url: String,
        fields: HTTPFields = [:],
        body: HTTPBody = .empty
    ) throws(HTTPError) {
        func refused(_ reason: String) -> HTTPError { HTTPError(.invalidURL, "the URL \(reason)", nothingSent: true) }
        let scheme: String
        if url.hasPrefix("https://") {
            scheme = "https"
        } else if url.hasPrefix("http://") {
            scheme = "http"
        } else {
            throw refused("must start with http:// or https://")
        }
        // Bytes, not characters: every delimiter is ASCII, and so must be the rest.
        let rest = url.utf8.dropFirst(scheme.utf8.count + 3).prefix { $0 != 0x23 }
        let authority = rest.prefix { $0 != 0x2F && $0 != 0x3F }
        guard !authority.isEmpty else { throw refused("names no host") }
        guard !authority.contains(0x40) else { throw refused("must not contain a user name or password") }
        guard rest.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw refused("contains a character that must be percent-encoded")
        }
        let after = Substring(rest[authority.endIndex...])
        let target = after.utf8.first == 0x2F ? String(after) : "/" + after
        self.init(
            method: method,
            scheme: scheme,
            authority: String(Substring(authority)),
            target: target,
            fields: fields,
            body: body
        )
    }

    /// The absolute URL.
    package var url: String { scheme + "://" + authority + target }

    /// The target up to a question mark, still percent-encoded.
    package var path: Substring { target[..<(target.utf8.firstIndex(of: 0x3F) ?? target.endIndex)] }

    /// What follows the question mark, still percent-encoded.
    package var query: Substring { Substring(target.utf8[path.endIndex...].dropFirst()) }

    /// The host without its port; an IPv6 address keeps its brackets.
    package var host: Substring {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return authority[...end] }
        return authority[..<(authority.utf8.firstIndex(of: 0x3A) ?? authority.endIndex)]
    }
}
