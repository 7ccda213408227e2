import Basics
import JSON

/// The same server on standard input and output: one JSON-RPC message a line (both eras).
///
/// What HTTP says in headers is not repeated here; a client of an earlier version has a session that begins with its
/// `initialize`. Requests run side by side, and `notifications/cancelled` stops one.
package final class MCPStdioServer: Sendable {
    /// What one line asks for.
    private enum Step: Sendable {
        case nothing
        case reply(MCPReply)
        case work(MCPMessage, MCPRoute, key: String)
        case cancel(key: String)
    }

    private struct Running: Sendable {
        var session = MCPVersion.newestLegacy
        var tasks: [String: Task<Void, Never>] = [:]
    }

    private let server: MCPServer
    private let running = Locked(Running())
    private static let maximumRunning = 256

    /// A session over standard input and output with the tools of `server`.
    package init(server: MCPServer) {
        self.server = server
    }

    /// Serves until the input ends, and then finishes what is running; cancelling the task stops everything.
    ///
    /// - Parameters:
    ///   - read: The next line without its line break; nil at the end.
    ///   - write: Writes one line, to which it adds the line break. Called by one thread at a time.
    /// - Throws: What `read` throws.
    package func run(
        read: () async throws -> [UInt8]?,
        write: @escaping @Sendable ([UInt8]) -> Void
    ) async throws {
        try await withTaskCancellationHandler {
            do {
                while !Task.isCancelled, let line = try await read() { await take(line, write) }
            } catch {
                stop()
                throw error
            }
            for task in tasks() { await task.value }
        } onCancel: {
            stop()
        }
    }

    /// The line that answers a line, without line breaks; nil when nothing is to be said.
    package func reply(to line: [UInt8]) async -> [UInt8]? {
        switch step(line) {
        case .nothing, .cancel: nil
        case .reply(let reply): MCPStdioServer.line(reply)
        case .work(let message, let route, _):
            await server.dispatcher.reply(to: message, route: route).map(MCPStdioServer.line)
        }
    }

    private func take(_ line: [UInt8], _ write: @escaping @Sendable ([UInt8]) -> Void) async {
        switch step(line) {
        case .nothing: break
        case .reply(let reply): running.withLock { _ in write(MCPStdioServer.line(reply)) }
        case .cancel(let key): running.withLock { $0.tasks.removeValue(forKey: key) }?.cancel()
        case .work(let message, let route, let key):
            let isFree = running.withLock { running in
                guard running.tasks[key] == nil, running.tasks.count < MCPStdioServer.maximumRunning else {
                    return false
                }
                running.tasks[key] = Task { await self.work(message, route, key: key, write) }
                return true
            }
            guard !isFree, case .request(let id) = message.kind else { return }
            let failure = MCPFailure.invalidRequest("A request with this id is running, or too many requests are")
            running.withLock { _ in write(MCPStdioServer.line(MCPReply(id: id, failure: failure))) }
        }
    }

    private func work(
        _ message: MCPMessage,
        _ route: MCPRoute,
        key: String,
        _ write: @escaping @Sendable ([UInt8]) -> Void
    ) async {
        let notify: @Sendable ([UInt8]) -> Void = { [self] bytes in
            running.withLock { running in
                if running.tasks[key] != nil { write(bytes) }
            }
        }
        let reply = await server.dispatcher.reply(to: message, route: route, notify: notify)
        running.withLock { running in
            // A request that was cancelled is no longer there, and gets no answer.
            guard running.tasks.removeValue(forKey: key) != nil, let reply else { return }
            write(MCPStdioServer.line(reply))
        }
    }

    private func step(_ line: [UInt8]) -> Step {
        guard line.contains(where: { $0 > 0x20 }) else { return .nothing }
        var id: ArraySlice<UInt8>?
        do throws(MCPFailure) {
            let root = try server.read(line).root
            id = MCPMessage.id(of: root)
            let message = try MCPMessage(root)
            let session = running.withLock(\.session)
            let route = try MCPRoute.decide(message, headers: nil, session: session)
            if message.method == "notifications/cancelled", case .notification = message.kind {
                guard let target = message.params?["requestId"] else { return .nothing }
                return .cancel(key: String(decoding: target.raw, as: UTF8.self))
            }
            guard let id else { return .nothing }
            if message.method == "initialize", case .legacy = route {
                // Here and not in the task, so that the next line is already served under the agreed version.
                let agreed = try MCPDispatcher.negotiate(message)
                running.withLock { $0.session = agreed }
            }
            return .work(message, route, key: String(decoding: id, as: UTF8.self))
        } catch {
            if case .notification = (try? MCPMessage(server.read(line).root))?.kind { return .nothing }
            return .reply(MCPReply(id: id, failure: error))
        }
    }

    private func tasks() -> [Task<Void, Never>] { running.withLock { Array($0.tasks.values) } }

    private func stop() {
        for task in running.withLock({ running in
            defer { running.tasks = [:] }
            return Array(running.tasks.values)
        }) { task.cancel() }
    }

    private static func line(_ reply: MCPReply) -> [UInt8] {
        var bytes = reply.bytes
        JSONEscape.joinLines(&bytes)
        return bytes
    }
}
