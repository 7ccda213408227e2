import Basics
import JSON

/// Says on a call's own stream how far the call is, where its client wants to know.
///
/// What does not go forward is left out, and after the end nothing is said, as the specification of progress wants.
package final class MCPProgress: Sendable, Hashable {
    private let token: [UInt8]
    private let hasMessage: Bool
    private let send: @Sendable ([UInt8]) -> Void
    /// What was said last; nil after the end.
    private let last = Locked<Int?>(0)

    /// Nil where the client does not want to know.
    ///
    /// - Parameters:
    ///   - meta: The member `_meta` of the request's parameters.
    ///   - send: Takes a notification.
    init?(_ meta: JSONElement?, _ version: MCPVersion, send: @escaping @Sendable ([UInt8]) -> Void) {
        guard let token = MCPProgress.token(meta) else { return nil }
        self.token = Array(token)
        hasMessage = version.hasAnnotations
        self.send = send
    }

    /// Says how much has been done, of how much where that is known.
    package func tell(_ done: Int, of total: Int?, _ message: String) {
        let notification = notification(done, total, message)
        // Sent under the lock, so that nothing comes after the end.
        last.withLock { last in
            guard let before = last, done > before else { return }
            last = done
            send(notification)
        }
    }

    private func notification(_ done: Int, _ total: Int?, _ message: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.name("jsonrpc")
        writer.string("2.0")
        writer.name("method")
        writer.string("notifications/progress")
        writer.name("params")
        writer.beginObject()
        writer.name("progressToken")
        writer.raw(token)
        writer.name("progress")
        writer.integer(done)
        if let total {
            writer.name("total")
            writer.integer(max(total, done))
        }
        if hasMessage {
            writer.name("message")
            writer.string(message)
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    /// What the client calls the progress of its request, as JSON text: a string or an integer.
    static func token(_ meta: JSONElement?) -> ArraySlice<UInt8>? {
        guard let element = meta?["progressToken"], let token = MCPMessage.id(element), token.count <= longest else {
            return nil
        }
        return token
    }

    /// Bytes of a token, which goes back with every notification.
    private static let longest = 1024

    func end() { last.withLock { $0 = nil } }

    package static func == (a: MCPProgress, b: MCPProgress) -> Bool { a === b }

    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
