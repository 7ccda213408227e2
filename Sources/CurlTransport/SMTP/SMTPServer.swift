package import Basics

/// Where mail is handed over, and as whom.
package struct SMTPServer: Sendable {
    /// `smtp://host:port`, or `smtps://host:port` for TLS from the first byte (RFC 8314); no user, no path.
    package var url: String
    /// Who signs in; nil for nobody.
    package var user: String?
    package var password: Secret?
    /// Whether nothing is sent before the connection is encrypted; without it, it is where the server offers that.
    package var requiresTLS: Bool
    /// A file of certificates to trust instead of the system's.
    package var certificateFile: String?
    /// Seconds until the connection must stand.
    package var connectTimeout = 15.0
    /// Seconds that the server may take for one reply.
    ///
    /// RFC 5321 allows ten minutes for the last one. A server that takes so long is taken for one that does not answer.
    package var replyTimeout = 120.0
    /// Seconds for all of it.
    package var totalTimeout = 300.0

    package init(
        url: String,
        user: String? = nil,
        password: Secret? = nil,
        requiresTLS: Bool = true,
        certificateFile: String? = nil
    ) {
        self.url = url
        self.user = user
        self.password = password
        self.requiresTLS = requiresTLS
        self.certificateFile = certificateFile
    }
}
