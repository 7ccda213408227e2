package import HTTP

/// Refuses requests that a web page of another site makes a browser send, or that were meant for another host.
///
/// A name that an attacker controls can be made to resolve to this machine (DNS rebinding); the browser then sends that
/// name as `Host`, and its page as `Origin`.
package struct HostGuard: HTTPHandler {
    /// The names of this machine to itself, with any port.
    package static let loopback = ["localhost", "127.0.0.1", "[::1]"]

    private let hosts: [String]
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
        self.hosts = hosts
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
        let bytes = authority.utf8
        return hosts.contains { host in
            guard bytes.count != host.utf8.count else { return HTTPFields.equal(authority, host) }
            // A listed name without a port matches any port.
            guard bytes.count > host.utf8.count, !HostGuard.hasPort(host) else { return false }
            let rest = bytes.dropFirst(host.utf8.count)
            guard rest.first == 0x3A, rest.dropFirst().allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return false }
            return HTTPFields.equal(String(authority.prefix(host.count)), host)
        }
    }

    private static func hasPort(_ host: String) -> Bool {
        host.split(separator: "]").last?.contains(":") == true && !host.hasSuffix("]")
    }
}
