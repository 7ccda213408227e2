import Basics
package import HTTP

/// Where others reach this server: what every link starts with, never what a request says about itself.
///
/// It is known once the server listens, and nil in a process that serves no pages.
package final class PublicAddress: Sendable {
    private struct Known {
        var url: String
        var scheme: String
        var authority: String
    }

    private let known = Locked<Known?>(nil)

    package init() {}

    /// Sets the address; links are made for it from now on.
    ///
    /// - Parameter url: `http` or `https` with a host; a path is kept, a slash at the end is not.
    package func set(_ url: String) throws(HTTPError) {
        let request = try HTTPRequest(url: url)
        let trimmed = url.hasSuffix("/") ? String(url.dropLast()) : url
        let authority = PublicAddress.normalized(request.authority, scheme: request.scheme)
        known.withLock { $0 = Known(url: trimmed, scheme: request.scheme, authority: authority) }
    }

    /// The address without a slash at the end; nil while no pages are served.
    package var url: String? { known.withLock { $0?.url } }

    /// Scheme and host as a browser's `Origin` has them; nil while no pages are served.
    package var origin: String? { known.withLock { known in known.map { $0.scheme + "://" + $0.authority } } }

    /// The part of the path that comes before the server's own paths, such as `/tools`; mostly empty.
    package var basePath: String {
        guard let url, let request = try? HTTPRequest(url: url), request.target != "/" else { return "" }
        return String(request.path)
    }

    /// Whether the way to this server is encrypted.
    package var isSecure: Bool { known.withLock { $0?.scheme == "https" } }

    /// Whether nobody on the way can read along: https, or plain http that does not leave this machine.
    package var isTrustworthy: Bool {
        known.withLock { known in
            guard let known else { return false }
            let host =
                known.authority.hasPrefix("[")
                ? known.authority.prefix { $0 != "]" } + "]" : known.authority.prefix { $0 != ":" }
            return known.scheme == "https" || ["localhost", "127.0.0.1", "[::1]"].contains(host)
        }
    }

    /// Whether a request's `Host` is this address.
    package func isOwn(authority: String) -> Bool {
        known.withLock { known in
            guard let known else { return false }
            return known.authority == PublicAddress.normalized(authority, scheme: known.scheme)
        }
    }

    private static func normalized(_ authority: String, scheme: String) -> String {
        let lower = authority.lowercased()
        let usual = scheme == "https" ? ":443" : ":80"
        return lower.hasSuffix(usual) ? String(lower.dropLast(usual.count)) : lower
    }
}
