/// A whole request as it was read from a connection, with what it says about that connection.
package struct HTTP1Request: Sendable {
    package var request: HTTPRequest
    /// 0 or 1: the version is HTTP/1.0 or HTTP/1.1.
    package var minorVersion: Int
    /// Whether another request may follow on the connection.
    package var keepsAlive: Bool

    package init(request: HTTPRequest, minorVersion: Int = 1, keepsAlive: Bool = true) {
        self.request = request
        self.minorVersion = minorVersion
        self.keepsAlive = keepsAlive
    }
}
