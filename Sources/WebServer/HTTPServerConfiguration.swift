package import HTTP

/// The limits of a server; every one of them ends something that a client could otherwise keep for ever.
package struct HTTPServerConfiguration: Sendable {
    /// What a single request may contain; past it the answer is 431 or 413.
    package var limits = HTTP1RequestParser.Limits()
    /// Seconds from the first byte of a request until its fields are complete, and from connecting to the first request.
    package var headTimeout = 15.0
    /// Seconds from the fields of a request until its body is complete.
    package var bodyTimeout = 60.0
    /// Seconds that a connection may rest between two requests.
    package var keepAliveTimeout = 75.0
    /// Seconds without progress while a response is being taken.
    package var writeTimeout = 30.0
    /// Connections at one time; past it new ones are told 503 and closed.
    package var maximumConnections = 4096
    /// Connections of one IP address at one time.
    package var maximumConnectionsPerPeer = 1024
    /// Requests that are being handled at one time; past it the answer is 503.
    package var maximumRequestsInFlight = 4096

    package init() {}
}
