import Basics
package import HTTP
import JSON

/// A simulator of Ashby's API: `POST /candidate.list` and so on.
package struct AshbySandbox: HTTPHandler {
    private let world: SandboxWorld
    private let options: SandboxOptions
    private static let bodyLimit = 4 << 20

    package init(world: SandboxWorld, options: SandboxOptions = SandboxOptions()) {
        self.world = world
        self.options = options
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        let body: [UInt8]
        do {
            body = try await request.body.collect(limit: AshbySandbox.bodyLimit)
        } catch {
            return .text("the request body could not be read", status: 400)
        }
        let name = String(request.path.dropFirst())
        let now = world.clock.now()
        let bits = SplitMix64.hash(body, seed: SplitMix64.hash(name, seed: world.seed))
        let requestID = StableID.ulid(milliseconds: now.milliseconds, bits)
        if request.path.hasPrefix(AshbyFile.prefix) { return AshbyFile.respond(to: request, body, world: world) }
        guard request.method == "POST", let operation = AshbyCatalog[name] else {
            var response = HTTPResponse.text("Not Found", status: 404)
            response.fields["x-ashby-request-id"] = requestID
            return response
        }
        var fields: HTTPFields = [
            "x-ashby-request-id": requestID, "Ashby-Version": "2026-01-01", "Ashby-Version-Status": "active",
            "Content-Type": "application/json; charset=utf-8",
        ]
        if AshbyCatalog.guesses.contains(operation.name) {
            fields["x-sandbox-note"] = "the documentation of this operation is thin; the answer is only plausible"
        }
        do {
            let key = try authorize(request, operation)
            try limit(request, now: now, &fields)
            let origin = request.scheme + "://" + request.authority
            let reply = try run(operation, key, try arguments(request, body, operation), now: now, origin: origin)
            return .json(JSONWriter.bytes(of: envelope(reply)), fields: fields)
        } catch {
            return .json(
                JSONWriter.bytes(of: envelope(error, requestID)),
                status: error.status,
                fields: fields
            )
        }
    }

    private func envelope(_ reply: AshbyOperation.Reply) -> JSONValue {
        switch reply {
        case .object(let value): return ["success": true, "results": value]
        case .list(let values): return ["success": true, "results": .array(values)]
        case .page(let values, let next, let sync):
            var envelope: JSONObject = [
                "success": true, "results": .array(values), "moreDataAvailable": .bool(next != nil),
            ]
            if let next { envelope["nextCursor"] = .string(next) }
            if let sync { envelope["syncToken"] = .string(sync) }
            return .object(envelope)
        }
    }

    private func envelope(_ failure: AshbyFailure, _ requestID: String) -> JSONValue {
        let error: JSONValue =
            options.ashbyErrorsAreObjects ? ["message": .string(failure.message)] : .string(failure.code)
        return [
            "success": false, "errors": [error],
            "errorInfo": [
                "code": .string(failure.code), "message": .string(failure.message), "requestId": .string(requestID),
            ],
        ]
    }

    private func authorize(_ request: HTTPRequest, _ operation: AshbyOperation) throws(AshbyFailure) -> AshbyKey {
        let missing = AshbyFailure("unauthorized", "The request has no API key.", status: 401)
        guard let field = request.fields["Authorization"] else { throw missing }
        let parts = field.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "basic",
            let text = Base64.decode(String(parts[1])).flatMap({ String(validating: $0, as: UTF8.self) }),
            let colon = text.firstIndex(of: ":"), colon != text.startIndex
        else { throw missing }
        let name = String(text[..<colon])
        // The key is the user name, and the password is empty.
        guard text[text.index(after: colon)...].isEmpty, let key = AshbyKey.named(name) else {
            let reason =
                name == SandboxKeys.ashbyRevoked ? "This API key was deactivated." : "This API key is not valid."
            throw AshbyFailure("forbidden", reason, status: 403)
        }
        guard key.allows(operation.permission) else {
            throw AshbyFailure(
                "missing_endpoint_permission",
                "This key may not call \(operation.name) (needs \(operation.permission)).",
                status: 403
            )
        }
        return key
    }

    private func limit(
        _ request: HTTPRequest,
        now: Timestamp,
        _ fields: inout HTTPFields
    ) throws(AshbyFailure) {
        guard options.limitsRates else { return }
        let limit = options.ashbyRequestsPerMinute
        let used = world.with { state in
            let recent = (state.recent["ashby"] ?? []).filter { now.milliseconds - $0 < 60_000 }
            if recent.count < limit { state.recent["ashby"] = recent + [now.milliseconds] }
            return recent.count
        }
        fields["x-ratelimit-limit"] = String(limit)
        fields["x-ratelimit-remaining"] = String(max(0, limit - used - 1))
        fields["x-ratelimit-reset"] = "60"
        guard used >= limit else { return }
        fields["Retry-After"] = "60"
        throw AshbyFailure("rate_limit_exceeded", "Too many requests this minute; wait a minute.", status: 429)
    }

    /// What was sent: JSON, or a form where the operation takes a file; its file is kept, and its handle stands for it.
    private func arguments(
        _ request: HTTPRequest,
        _ body: [UInt8],
        _ operation: AshbyOperation
    ) throws(AshbyFailure) -> JSONObject {
        guard let names = AshbyFile.forms[operation.name],
            let form = AshbyForm(body, contentType: request.fields["Content-Type"] ?? "")
        else { return try parse(body) }
        guard let file = form.files[names.file] else { throw .invalid(names.file, "expected a file") }
        var arguments = form.values
        let handle = world.with { AshbyFile.keep(file, for: names.context, in: &$0.ashby, seed: world.seed) }
        arguments[names.handle] = .string(handle)
        return arguments
    }

    private func parse(_ body: [UInt8]) throws(AshbyFailure) -> JSONObject {
        if body.isEmpty { return [:] }
        do {
            guard let object = try JSONParser.parse(body).object else {
                throw AshbyFailure("invalid_input", "body: expected an object")
            }
            return object
        } catch let failure as AshbyFailure {
            throw failure
        } catch {
            throw AshbyFailure("invalid_input", "body: not JSON")
        }
    }

    private func run(
        _ operation: AshbyOperation,
        _ key: AshbyKey,
        _ body: JSONObject,
        now: Timestamp,
        origin: String
    ) throws(AshbyFailure) -> AshbyOperation.Reply {
        let arguments = try AshbyArguments(body, operation.parameters)
        let seed = world.seed
        guard operation.isWrite else {
            let store = world.with { $0.ashby }
            var call = AshbyCall(store: store, arguments: arguments, key: key, seed: seed, now: now, origin: origin)
            return try operation.body(&call)
        }
        let delay = SandboxFaults.listLag.map { Int64($0 * 1000) }
        typealias Outcome = (reply: AshbyOperation.Reply, deliveries: [WebhookDelivery])
        let result: Result<Outcome, AshbyFailure> = world.with { state in
            var call = AshbyCall(
                store: state.ashby,
                arguments: arguments,
                key: key,
                seed: seed,
                now: now,
                origin: origin
            )
            call.store.hiddenUntil = delay.map { now.milliseconds + $0 }
            do throws(AshbyFailure) {
                let reply = try operation.body(&call)
                call.store.hiddenUntil = nil
                var id = JSONValue.null
                if case .object(let value) = reply { id = value["id"] ?? .null }
                audit(operation, id, &call)
                state.ashby = call.store
                state.record(write: operation.name, system: "ashby", id: id, at: now)
                return .success((reply, AshbyEvents.deliveries(after: operation.name, reply, call)))
            } catch {
                return .failure(error)
            }
        }
        let outcome = try result.get()
        if let transport = options.transport {
            // On their own, as the vendor does: an answer does not wait for those who subscribed.
            for delivery in outcome.deliveries {
                Task { [sleep = options.sleep] in await delivery.send(over: transport, sleep: sleep) }
            }
        }
        return outcome.reply
    }

    private func audit(_ operation: AshbyOperation, _ id: JSONValue, _ call: inout AshbyCall) {
        let parts = operation.name.split(separator: ".")
        _ = call.add(
            [
                "category": .string(String(parts[0])), "description": .string("\(operation.name) over the API"),
                "actor": ["type": "Other", "id": .null, "email": .null, "name": .string(call.key.title)],
                "target": ["type": .string(String(parts[0])), "id": id],
            ],
            to: "auditLog"
        )
    }
}
