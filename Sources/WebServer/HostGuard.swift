package import HTTP

/// Refuses requests that a web page of another site makes a browser send, or that were meant for another host.
///
/// A name that an attacker controls can be made to resolve to this machine (DNS rebinding); the browser then sends that
/// name as `Host`, and its page as `Origin`.
package struct HostGuard: HTTPHandler {
    /// The names of this machine to itself, with any port.
    package static let loopback = ["localhost", "127.0.0.1", "[::1]"]

    /// Whether an address to listen on can be reached from this machine only.
    package static func isLoopback(_ host: String) -> Bool {
        loopback.contains(host) || host == "::1"
            || host.hasPrefix("127.") && host.utf8.allSatisfy { $0 == 0x2E || $0 >= 0x30 && $0 <= 0x39 }
    }

    /// A host that is served; one without a port is served on any port.
    private struct Name: Sendable {
        let text: String
        let hasPort: Bool
    }

    private let hosts: [Name]
    private let origins: [String]
    private let handler: any HTTPHandler

    /// Guards a handler.
    ///
    /// - Parameters:
    ///   - hosts: The hosts that are served: `name` with any port, or `name:port`.
    ///   - origins: Origins that are allowed besides those of `hosts`, such as `https://app.example.com`.
    ///   - handler: What answers requests that pass.
    package init(
        hosts: [String] = HostGuard.loopback,
        origins: [String] = [],
        _ handler: any HTTPHandler
    ) {
        self.hosts = hosts.map { Name(text: $0, hasPort: HostGuard.hasPort($0)) }
        self.origins = origins
        self.handler = handler
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard isServed(request.authority) else {
            return .text("This server does not answer for the host that the request names.\n", status: 421)
        }
        if let origin = request.fields["Origin"], !isAllowed(origin) {
            return .text("Requests from pages of this origin are not allowed.\n", status: 403)
        }
        return await handler.respond(to: request)
    }

    private func isAllowed(_ origin: String) -> Bool {
        if origins.contains(where: { HTTPFields.equal($0, origin) }) { return true }
        for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
            return isServed(String(origin.dropFirst(scheme.count)))
        }
        return false
    }

    private func isServed(_ authority: String) -> Bool {
        var authority = authority
        return authority.withUTF8 { authority in hosts.contains { HostGuard.matches(authority, $0) } }
    }

    private static func matches(_ authority: UnsafeBufferPointer<UInt8>, _ name: Name) -> Bool {
        let length = name.text.utf8.count
        guard authority.count >= length else { return false }
        if authority.count > length {
            guard !name.hasPort, authority[length] == 0x3A else { return false }
            for byte in authority[(length + 1)...] where byte < 0x30 || byte > 0x39 { return false }
        }
        var text = name.text
        return text.withUTF8 { text in text.indices.allSatisfy { lower(text[$0]) == lower(authority[$0]) } }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }

    private static func hasPort(_ host: String) -> Bool {
        host.split(separator: "]").last?.contains(":") == true && !host.hasSuffix("]")
    }
}
