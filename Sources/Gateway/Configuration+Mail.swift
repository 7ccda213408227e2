import Basics
import CurlTransport
import Mail
import WebServer

extension Configuration {
    /// The mail server, and who sends; nil unless `SWITCHBOARD_SMTP_URL` is set.
    ///
    /// - Throws: ``GatewayError`` with code `configuration` that names the variable that is wrong.
    func mailServer() throws(GatewayError) -> (server: SMTPServer, sender: MailAddress)? {
        guard let url = mailVariable("SMTP_URL") else { return nil }
        guard let (scheme, host, port) = Configuration.split(url) else {
            throw GatewayError(
                .configuration,
                // The value is not repeated: it may have a password in it.
                "SWITCHBOARD_SMTP_URL must be smtp://host:587 or smtps://host:465, without user, password and path; "
                    + "SWITCHBOARD_SMTP_USER and SWITCHBOARD_SMTP_PASSWORD are for those."
            )
        }
        let (user, password) = (mailVariable("SMTP_USER"), mailVariable("SMTP_PASSWORD"))
        guard (user == nil) == (password == nil) else {
            throw GatewayError(
                .configuration,
                "Set both SWITCHBOARD_SMTP_USER and SWITCHBOARD_SMTP_PASSWORD, or neither."
            )
        }
        guard let sender = try mailSender() else {
            throw GatewayError(
                .configuration,
                "SWITCHBOARD_SMTP_URL is set and SWITCHBOARD_MAIL_FROM is not; set it to the address that mail is sent from."
            )
        }
        let server = SMTPServer(
            url: "\(scheme)://\(host):\(port)",
            user: user,
            password: password.map { Secret($0) },
            // What does not leave this machine needs no certificate.
            requiresTLS: !HostGuard.isLoopback(host.filter { $0 != "[" && $0 != "]" }),
            certificateFile: mailVariable("SMTP_CA_FILE")
        )
        return (server, sender)
    }

    /// The address that mail is sent from; nil unless `SWITCHBOARD_MAIL_FROM` is set.
    ///
    /// - Throws: ``GatewayError`` with code `configuration`.
    func mailSender() throws(GatewayError) -> MailAddress? {
        guard let text = mailVariable("MAIL_FROM") else { return nil }
        do {
            return try MailAddress(text, allowsName: true)
        } catch {
            throw GatewayError(.configuration, "SWITCHBOARD_MAIL_FROM: \(error.message)", cause: error)
        }
    }

    /// Where mail goes, in a few words.
    ///
    /// - Throws: ``GatewayError`` with code `configuration`.
    package func mailSummary() throws(GatewayError) -> String {
        if isSandbox { return "kept in \(dataFolder)/outbox" }
        guard let (server, sender) = try mailServer() else {
            return "not set up: SWITCHBOARD_SMTP_URL and SWITCHBOARD_MAIL_FROM"
        }
        return "\(sender.address) through \(server.url)"
    }

    private func mailVariable(_ name: String) -> String? {
        environment["SWITCHBOARD_" + name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The parts of a mail server's URL; nil when it has others.
    private static func split(_ url: String) -> (scheme: String, host: String, port: Int)? {
        for (scheme, usual) in [("smtp", 587), ("smtps", 465)] where url.hasPrefix(scheme + "://") {
            var rest = url.dropFirst(scheme.count + 3)
            if rest.last == "/" { rest.removeLast() }
            var host = rest
            var port = usual
            if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("]") {
                guard let number = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(number) else {
                    return nil
                }
                host = rest[..<colon]
                port = number
            }
            let isName = host.utf8.allSatisfy { byte in
                byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte == 0x2D
                    || byte == 0x2E
            }
            let isIPv6 =
                host.hasPrefix("[") && host.hasSuffix("]")
                && host.dropFirst().dropLast().allSatisfy { $0 == ":" || $0.isHexDigit }
            return !host.isEmpty && (isName || isIPv6) ? (scheme, String(host), port) : nil
        }
        return nil
    }
}
