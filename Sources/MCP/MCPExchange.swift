import Basics
import JSON

/// The requests that servers have sent to clients of earlier revisions and that are not answered yet.
///
/// An answer comes with a request of its own, so what waits is found by an id that nobody can guess, and only for the
/// principal that was asked.
package final class MCPExchange: Sendable {
    private struct Waiting {
        var principal: String
        var answer: MCPElicitationAnswer?
        var sleeper: CheckedContinuation<MCPElicitationAnswer, Never>?
    }

    private let waiting = Locked<[String: Waiting]>([:])
    private static let largest = 10_000

    package init() {}

    /// Prepares for an answer; nil when too many are awaited.
    func open(principal: String) -> String? {
        let id = "ask-" + Base64.encodeURL(MCPExchange.random(16))
        return waiting.withLock { waiting in
            guard waiting.count < MCPExchange.largest else { return nil }
            waiting[id] = Waiting(principal: principal)
            return id
        }
    }

    /// Waits for the answer, for `seconds` at most; silence counts as closing the question.
    func answer(to id: String, within seconds: Double) async -> MCPElicitationAnswer {
        let timer = Task {
            try await Task.sleep(for: .milliseconds(Int64(seconds * 1000)))
            self.settle(id, MCPElicitationAnswer(.cancel))
        }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let early = waiting.withLock { waiting -> MCPElicitationAnswer? in
                    guard let known = waiting[id] else { return MCPElicitationAnswer(.cancel) }
                    if let answer = known.answer { return answer }
                    waiting[id]?.sleeper = continuation
                    return nil
                }
                if let early { continuation.resume(returning: early) }
            }
        } onCancel: {
            settle(id, MCPElicitationAnswer(.cancel))
        }
        timer.cancel()
        waiting.withLock { $0[id] = nil }
        return answer
    }

    /// Takes in a response; false when nothing of that principal waits for it.
    func take(_ response: JSONElement, principal: String) -> Bool {
        guard let id = response["id"]?.string, waiting.withLock({ $0[id]?.principal }) == principal else {
            return false
        }
        return settle(id, response["result"].flatMap(MCPElicitationAnswer.init) ?? MCPElicitationAnswer(.cancel))
    }

    @discardableResult
    private func settle(_ id: String, _ answer: MCPElicitationAnswer) -> Bool {
        let (isFirst, sleeper) = waiting.withLock { waiting in
            guard var known = waiting[id], known.answer == nil else {
                return (false, nil as CheckedContinuation<MCPElicitationAnswer, Never>?)
            }
            known.answer = answer
            let sleeper = known.sleeper.take()
            waiting[id] = known
            return (true, sleeper)
        }
        sleeper?.resume(returning: answer)
        return isFirst
    }

    static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}
