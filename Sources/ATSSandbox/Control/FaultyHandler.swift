import HTTP
import JSON

/// Puts the control routes and the armed faults in front of a simulator.
struct FaultyHandler: HTTPHandler {
    let system: String
    let simulator: any HTTPHandler
    let control: SandboxControl
    let sleep: @Sendable (Double) async throws -> Void
    private static let answerLimit = 256 << 20

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard !request.path.hasPrefix("/_sandbox/") else { return await control.respond(to: request) }
        let call = SandboxRequest(request, system: system)
        let faults = control.faults(for: call)
        do {
            return try await respond(to: request, call, faults)
        } catch {
            control.log(call, status: nil, faults: faults)
            return .text("the request was given up", status: 503)
        }
    }

    private func respond(
        to request: HTTPRequest,
        _ call: SandboxRequest,
        _ faults: [SandboxFault.Kind]
    ) async throws -> HTTPResponse {
        var lag: Double?
        var late: Double?
        for fault in faults {
            switch fault {
            case .delayBefore(let seconds): try await sleep(seconds)
            case .listLag(let seconds): lag = seconds
            case .lateWork(let seconds): late = seconds
            case .status(let status, let headers, let body):
                control.log(call, status: status, faults: faults)
                var response = HTTPResponse.json(
                    body.map { JSONWriter.bytes(of: $0) } ?? [],
                    status: status,
                    fields: [:]
                )
                for (name, value) in headers.sorted(by: { $0.key < $1.key }) { response.fields[name] = value }
                return response
            case .page(let status):
                control.log(call, status: status, faults: faults)
                return page(status)
            default: continue
            }
        }
        var response = try await SandboxFaults.$listLag.withValue(lag) {
            if let late { return try await work(on: request, after: late) }
            return await simulator.respond(to: request)
        }
        for fault in faults {
            if case .failAfterWork(let status) = fault {
                response = .json(JSONWriter.bytes(of: ["error": "internal error"]), status: status)
            }
        }
        control.log(call, status: response.status, faults: faults)
        for fault in faults {
            switch fault {
            case .delayAfter(let seconds): try await sleep(seconds)
            case .malformed:
                let whole = try await response.body.collect(limit: FaultyHandler.answerLimit)
                response.body = .bytes(Array(whole.dropLast()))
            case .cutOff(let bytes):
                let whole = try await response.body.collect(limit: FaultyHandler.answerLimit)
                response.body = .stream(FaultyBody.cut(whole, after: bytes))
            case .drip(let bytes, let seconds):
                let whole = try await response.body.collect(limit: FaultyHandler.answerLimit)
                response.body = .stream(FaultyBody.drip(whole, bytes: bytes, seconds: seconds, sleep: sleep))
            default: continue
            }
        }
        return response
    }

    /// Works in a task of its own, which does not end with the caller's.
    private func work(on request: HTTPRequest, after seconds: Double) async throws -> HTTPResponse {
        var whole = request
        whole.body = .bytes(try await request.body.collect(limit: FaultyHandler.answerLimit))
        let received = whole
        return try await Task { [simulator, sleep] in
            try await sleep(seconds)
            return await simulator.respond(to: received)
        }.value
    }

    private func page(_ status: Int) -> HTTPResponse {
        let text =
            "<!DOCTYPE html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>"
        return HTTPResponse(
            status: status,
            fields: ["Content-Type": "text/html; charset=utf-8"],
            body: .bytes(Array(text.utf8))
        )
    }
}
