package import Basics

/// A key together with the only place it may be sent to.
package struct ModelCredential: Sendable, Hashable {
    package var key: Secret
    /// The base URL that the key was given for.
    package var baseURL: String

    package init(key: Secret, baseURL: String) {
        self.key = key
        self.baseURL = baseURL
    }

    /// The key, when `baseURL` is the one it was given for; nil otherwise.
    package func key(for baseURL: String) -> Secret? {
        !key.isEmpty && ModelCredential.normalized(baseURL) == ModelCredential.normalized(self.baseURL) ? key : nil
    }

    private static func normalized(_ url: String) -> String {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }
}
