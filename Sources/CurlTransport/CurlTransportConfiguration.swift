/// How connections to other servers are made and kept.
package struct CurlTransportConfiguration: Sendable, Hashable {
    /// Connections that stay open for the next request, per loop.
    package var keptConnections = 256
    /// Seconds after which a connection that has rested is not used again.
    package var maximumIdleAge = 60
    /// Bytes of response header that are accepted.
    package var maximumHeaderSize = 64 << 10
    /// Bytes of a streamed body that are held for its reader before the sender has to wait.
    package var streamBuffer = 256 << 10
    /// Whether `https` may negotiate HTTP/2; one request per connection is cheaper and better understood.
    package var allowsHTTP2 = false
    /// A proxy's URL.
    ///
    /// The environment's proxy variables are never looked at.
    package var proxy: String?
    /// A file of certificates to trust instead of the system's.
    package var certificateFile: String?

    package init() {}
}
