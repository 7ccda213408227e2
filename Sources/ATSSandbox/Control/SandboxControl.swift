import Basics
package import HTTP
import JSON

/// The control routes of a sandbox, which no vendor has: faults, the log, the writes, and a fresh start.
package final class SandboxControl: HTTPHandler {
    private struct Armed: Sendable {
        let id: Int
        let fault: SandboxFault
        var seen = 0
        var used = 0
    }

    private struct Faults: Sendable {
        var armed: [Armed] = []
        var made = 0
    }

    private static let logLimit = 10_000
    private static let bodyLimit = 1 << 20
    private let world: SandboxWorld
    private let faults = Locked(Faults())

    init(world: SandboxWorld) {
        self.world = world
    }

    /// Arms a fault until it is used up or cleared.
    package func arm(_ fault: SandboxFault) {
        faults.withLock { faults in
            faults.made += 1
            faults.armed.append(Armed(id: faults.made, fault: fault))
        }
    }

    /// The faults that happen to a request, which are thereby counted.
    func faults(for request: SandboxRequest) -> [SandboxFault.Kind] {
        faults.withLock { faults in
            var kinds: [SandboxFault.Kind] = []
            for index in faults.armed.indices where faults.armed[index].fault.matches(request) {
                let fault = faults.armed[index].fault
                faults.armed[index].seen += 1
                let isDue = faults.armed[index].seen > fault.after
                guard isDue, fault.count.map({ faults.armed[index].used < $0 }) ?? true else { continue }
                faults.armed[index].used += 1
                kinds.append(fault.kind)
            }
            return kinds
        }
    }

    /// Notes an answer; `status` is nil when the caller left before there was one.
    func log(_ request: SandboxRequest, status: Int?, faults: [SandboxFault.Kind]) {
        let now = world.clock.now()
        world.with { state in
            if state.requests.count >= SandboxControl.logLimit {
                state.requests.removeFirst(SandboxControl.logLimit / 2)
            }
            state.requests.append([
                "system": .string(request.system), "method": .string(request.method), "path": .string(request.path),
                "operation": .string(request.operation), "status": status.map { .integer($0) } ?? .null,
                "faults": .array(faults.map { .string($0.name) }), "at": .string(now.iso8601),
            ])
        }
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        switch (request.method, request.path) {
        case ("GET", "/_sandbox/requests"): return answer(["requests": .array(world.with { $0.requests })])
        case ("GET", "/_sandbox/writes"): return answer(["writes": .array(world.with { $0.writes })])
        case ("GET", "/_sandbox/faults"): return answer(["faults": .array(armed())])
        case ("DELETE", "/_sandbox/faults"):
            faults.withLock { $0.armed = [] }
            return answer(["faults": []])
        case ("POST", "/_sandbox/faults"): return await arm(request)
        case ("GET", "/_sandbox/webhooks"):
            return answer(["webhooks": .array(world.with { state in state.webhooks.map(\.shown) })])
        case ("DELETE", "/_sandbox/webhooks"):
            world.with { $0.webhooks = [] }
            return answer(["webhooks": []])
        case ("POST", "/_sandbox/webhooks"): return await subscribe(request)
        case ("POST", "/_sandbox/reset"):
            faults.withLock { $0.armed = [] }
            world.reset()
            return answer(["reset": true])
        default: return answer(["error": "no such control route"], status: 404)
        }
    }

    private func arm(_ request: HTTPRequest) async -> HTTPResponse {
        let value: JSONValue
        do {
            value = try JSONParser.parse(try await request.body.collect(limit: SandboxControl.bodyLimit))
        } catch {
            return answer(["error": .string("the body is not JSON: \(error)")], status: 400)
        }
        let (read, problems) = SandboxFaultReader.read(value, file: "body")
        guard problems.isEmpty else {
            return answer(["errors": .array(problems.map { .string($0.description) })], status: 400)
        }
        for fault in read { arm(fault) }
        return answer(["faults": .array(armed())], status: 201)
    }

    private func subscribe(_ request: HTTPRequest) async -> HTTPResponse {
        guard let bytes = try? await request.body.collect(limit: SandboxControl.bodyLimit),
            let webhook = (try? JSONParser.parse(bytes)).flatMap({ PinpointWebhook($0) })
        else {
            let names = PinpointEvents.names.joined(separator: ", ")
            return answer(["error": .string("expected url, secret and, if not all, events of \(names)")], status: 400)
        }
        world.with { $0.webhooks.append(webhook) }
        return answer(webhook.shown, status: 201)
    }

    private func armed() -> [JSONValue] {
        faults.withLock { faults in
            faults.armed.map { armed in
                let fault = armed.fault
                return [
                    "id": .integer(armed.id), "kind": .string(fault.kind.name),
                    "system": fault.system.map { .string($0) } ?? .null,
                    "method": fault.method.map { .string($0) } ?? .null,
                    "path": fault.path.map { .string($0) } ?? .null,
                    "operation": fault.operation.map { .string($0) } ?? .null, "after": .integer(fault.after),
                    "count": fault.count.map { .integer($0) } ?? .null, "seen": .integer(armed.seen),
                    "used": .integer(armed.used),
                ]
            }
        }
    }

    private func answer(_ value: JSONValue, status: Int = 200) -> HTTPResponse {
        .json(JSONWriter.bytes(of: value), status: status)
    }
}
