/// Why a request cannot be read, as the status that tells its sender.
package struct HTTP1Refusal: Error, Sendable, Hashable {
    /// 400, 413, 417, 431, 501 or 505.
    package var status: Int
    /// One sentence for the person who wrote the client; never what the client sent.
    package var reason: String

    package init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }
}
