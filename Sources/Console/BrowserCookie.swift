import Basics
import HTTP
import ToolRouter

/// The cookie that holds a browser's token.
///
/// Browsers take a name with the prefix `__Host-` only with `Secure`, for one host, and no other site or subdomain can set
/// it (RFC 6265bis, 4.1.3). Chromium and Firefox take it from loopback over plain http too; there the port is in the name,
/// because cookies do not tell ports apart.
struct BrowserCookie {
    private let name: String

    init(address: PublicAddress) {
        let port = address.isSecure ? nil : address.origin?.split(separator: ":").dropFirst(2).last
        name = "__Host-switchboard" + (port.map { "-" + $0 } ?? "")
    }

    /// The token that a request brings; nil without one, and where there are several, since nobody can tell whose
    /// they are.
    func read(_ fields: HTTPFields) -> BrowserToken? {
        let found = fields.values("Cookie").flatMap { $0.split(separator: ";") }.compactMap { part -> String? in
            let trimmed = part.drop { $0 == " " }
            guard trimmed.hasPrefix(name + "=") else { return nil }
            return String(trimmed.dropFirst(name.utf8.count + 1))
        }
        return found.count == 1 ? BrowserToken(found[0]) : nil
    }

    /// The value of `Set-Cookie`.
    ///
    /// - Parameter seconds: How long the browser keeps it; nil for until it is closed.
    func set(_ token: BrowserToken, seconds: Double? = nil) -> String {
        // Lax, not Strict: people come here by links from a chat.
        "\(name)=\(token.secret.reveal()); Path=/; HttpOnly; SameSite=Lax; Secure"
            + (seconds.map { "; Max-Age=\(Int($0))" } ?? "")
    }

    /// The value of `Set-Cookie` that takes it away.
    var cleared: String { "\(name)=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0" }
}
