import Basics
import HTTP
import ToolRouter

/// The cookie that holds a browser's token.
///
/// Over https its name has the prefix `__Host-`: browsers take such a cookie only with `Secure`, for one host, and no
/// other site or subdomain can set it (RFC 6265bis, 4.1.3). Browsers refuse that prefix over plain http, even on
/// loopback, so there it has another name; with the port in it, because cookies do not tell ports apart.
struct BrowserCookie {
    private let name: String
    private let isSecure: Bool

    init(address: PublicAddress) {
        isSecure = address.isSecure
        guard !isSecure else {
            name = "__Host-switchboard"
            return
        }
        let port = address.origin?.split(separator: ":").last.map(String.init) ?? ""
        name = port.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? "switchboard-\(port)" : "switchboard-loopback"
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
        "\(name)=\(token.secret.reveal()); Path=/; HttpOnly; SameSite=Lax"
            + (isSecure ? "; Secure" : "") + (seconds.map { "; Max-Age=\(Int($0))" } ?? "")
    }

    /// The value of `Set-Cookie` that takes it away.
    var cleared: String { "\(name)=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0" + (isSecure ? "; Secure" : "") }
}
