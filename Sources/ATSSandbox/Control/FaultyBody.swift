import Basics
import HTTP

/// Bodies that do not arrive as they should.
enum FaultyBody {
    /// The first bytes, then the end of the connection in the middle of the message.
    static func cut(_ whole: [UInt8], after count: Int) -> HTTPBodyStream {
        let isDone = Locked(false)
        return HTTPBodyStream(next: {
            let first = isDone.withLock { done in
                defer { done = true }
                return !done
            }
            if first, count > 0 { return Array(whole.prefix(count)) }
            throw HTTPError(.connectionLost, "the sandbox cut the answer off after \(count) bytes, as it was told to")
        })
    }

    /// A few bytes at a time, with pauses between.
    static func drip(
        _ whole: [UInt8],
        bytes: Int,
        seconds: Double,
        sleep: @escaping @Sendable (Double) async throws -> Void
    ) -> HTTPBodyStream {
        let position = Locked(0)
        return HTTPBodyStream(next: {
            let start = position.withLock { position in
                defer { position += bytes }
                return position
            }
            guard start < whole.count else { return nil }
            if start > 0 { try await sleep(seconds) }
            return Array(whole[start..<min(whole.count, start + bytes)])
        })
    }
}
