/// The content of a message: whole, or as it comes.
package enum HTTPBody: Sendable {
    case empty
    case bytes([UInt8])
    /// Chunks that are made or received while they are read. A stream is read once, by one reader.
    case stream(HTTPBodyStream)

    /// The whole content.
    ///
    /// - Throws: ``HTTPError`` with code `bodyTooLarge` past `limit` bytes, or what the stream throws.
    package func collect(limit: Int) async throws -> [UInt8] {
        switch self {
        case .empty: return []
        case .bytes(let bytes):
            guard bytes.count <= limit else { throw HTTPError.bodyTooLarge(limit) }
            return bytes
        case .stream(let stream):
            var whole: [UInt8] = []
            while let chunk = try await stream.next() {
                guard whole.count + chunk.count <= limit else {
                    stream.cancel()
                    throw HTTPError.bodyTooLarge(limit)
                }
                whole += chunk
            }
            return whole
        }
    }
}

/// A body that is read chunk by chunk.
package struct HTTPBodyStream: Sendable {
    private let read: @Sendable () async throws -> [UInt8]?
    private let stop: @Sendable () -> Void

    /// A stream from a function that gives the next chunk, nil at the end, and one that is called when the reader gives up.
    package init(
        next: @escaping @Sendable () async throws -> [UInt8]?,
        cancel: @escaping @Sendable () -> Void = {}
    ) {
        read = next
        stop = cancel
    }

    /// The next chunk, never empty; nil at the end.
    ///
    /// - Throws: When the other side broke the message off, or a limit was passed: what came before is not the whole.
    package func next() async throws -> [UInt8]? {
        while let chunk = try await read() {
            if !chunk.isEmpty { return chunk }
        }
        return nil
    }

    /// Says that nobody will read on; the sender is stopped, and a connection to it closed.
    package func cancel() { stop() }
}
