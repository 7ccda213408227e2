import Basics
import HTTP

/// What is said to a client on the way to a reply, in order: requests, notifications, signs of life, the reply itself.
final class MCPReplyStream: Sendable {
    enum Frame: Sendable {
        /// A JSON-RPC message that is not the reply.
        case message([UInt8])
        /// Keeps what is between client and server from giving up.
        case ping
        case reply(MCPReply)
    }

    private struct State {
        var frames: [Frame] = []
        var isClosed = false
        var reader: CheckedContinuation<Frame?, Never>?
    }

    private let state = Locked(State())

    /// Hands a frame over; after the end it is dropped.
    func send(_ frame: Frame) {
        let reader = state.withLock { state -> CheckedContinuation<Frame?, Never>? in
            guard !state.isClosed else { return nil }
            if let reader = state.reader.take() { return reader }
            state.frames.append(frame)
            return nil
        }
        reader?.resume(returning: frame)
    }

    /// Ends the stream; what was handed over before is still read.
    func close() {
        let reader = state.withLock { state in
            state.isClosed = true
            return state.reader.take()
        }
        reader?.resume(returning: nil)
    }

    /// The next frame, for one reader at a time; nil at the end.
    func next() async -> Frame? {
        await withCheckedContinuation { continuation in
            let step = state.withLock { state -> Frame?? in
                if !state.frames.isEmpty { return .some(state.frames.removeFirst()) }
                if state.isClosed { return .some(nil) }
                state.reader = continuation
                return nil
            }
            if let frame = step { continuation.resume(returning: frame) }
        }
    }

    /// A frame as an event of an event stream.
    static func event(_ frame: Frame) -> [UInt8] {
        switch frame {
        case .ping: Array(": ping\n\n".utf8)
        case .message(let bytes): Array("event: message\ndata: ".utf8) + bytes + Array("\n\n".utf8)
        case .reply(let reply): event(.message(reply.bytes))
        }
    }
}
