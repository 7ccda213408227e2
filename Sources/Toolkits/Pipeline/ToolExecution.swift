import Basics
import Connections
import HTTP
import JSON
import Tools

/// Runs a tool of one toolkit over one connection.
struct ToolExecution: Sendable {
    let toolkit: Toolkit
    let connection: AuthorizedConnection
    let connections: any ConnectionSource
    let transport: any HTTPTransport
    let clock: any WallClock
    let limiter: ConnectionLimiter
    /// Seconds that each request may wait for limits.
    let longestWait: Double

    private static let maximumResponseSize = 32 << 20

    func run(_ tool: ToolkitTool, _ bound: ArgumentReader.Bound) async throws(ToolFailure) -> ToolResult {
        if let rule = tool.search {
            let cursor = bound.cursor.flatMap { PageCursor($0) }
            if let text = bound.search ?? cursor?.search {
                guard cursor?.search == nil || cursor?.search == text else {
                    throw wrongCursor(tool, "belongs to a search for another text")
                }
                return try await search(tool, rule, text, bound, cursor)
            }
        }
        guard tool.argument(.cursor) != nil, let pagination = toolkit.settings.pagination else {
            return result(try await send(tool, bound, RequestBuilder.Page(limit: bound.limit)), nil, tool)
        }
        var page = RequestBuilder.Page(limit: bound.limit)
        switch pagination.style {
        case .cursor:
            page.position = bound.cursor.map { .string($0) }
            let reading = try await send(tool, bound, page)
            return result(reading, reading.next, tool)
        case .page:
            var position = PageCursor(page: 1, size: bound.limit ?? pagination.defaultLimit)
            if let text = bound.cursor {
                guard let cursor = PageCursor(text), cursor.offset == 0 else {
                    throw wrongCursor(tool, "is not one that a result of this tool had")
                }
                position = cursor
                page.limit = cursor.size
                page.position = .integer(cursor.page)
            }
            let reading = try await send(tool, bound, page)
            let next = isLast(reading, position) ? nil : PageCursor(page: position.page + 1, size: position.size).text
            return result(reading, next, tool)
        }
    }

    private func isLast(_ reading: ResponseReader.Reading, _ position: PageCursor) -> Bool {
        let count = reading.count
        if let total = reading.total { return count == 0 || position.page * position.size >= total }
        return count < position.size
    }

    private func wrongCursor(_ tool: ToolkitTool, _ reason: String) -> ToolFailure {
        ToolFailure(
            ArgumentError(
                tool: tool.specification.name,
                problems: [
                    """
                    next_cursor \(reason); send back the next_cursor of the previous result unchanged, or leave it out \
                    to start from the first page.
                    """
                ]
            )
        )
    }

    // MARK: - One request

    private func send(
        _ tool: ToolkitTool,
        _ bound: ArgumentReader.Bound,
        _ page: RequestBuilder.Page
    ) async throws(ToolFailure) -> ResponseReader.Reading {
        do throws(ToolFailure) {
            return try await attempt(tool, bound, page)
        } catch {
            guard let status = error.refusedStatus else { throw error }
            // What was refused with 401 was not executed, so even a write may be sent again.
            if status == 401, let other = try await renewed(error) {
                do throws(ToolFailure) {
                    return try await other.attempt(tool, bound, page)
                } catch {
                    guard let status = error.refusedStatus else { throw error }
                    throw await refused(error, status)
                }
            }
            throw await refused(error, status)
        }
    }

    /// Tells the vault, and the caller what the connection is from now on.
    private func refused(_ failure: ToolFailure, _ status: Int) async -> ToolFailure {
        await connections.refused(connection: connection.id, status: status)
        var failure = failure
        // 403 says that one operation is not allowed; only 401 is about the credentials.
        if status == 401 { failure.details["connection"] = ["id": .string(connection.id), "state": "needs_reauth"] }
        return failure
    }

    /// The same with newer credentials; nil where there are none.
    private func renewed(_ refusal: ToolFailure) async throws(ToolFailure) -> ToolExecution? {
        do {
            guard let renewed = try await connections.renewed(connection) else { return nil }
            return ToolExecution(
                toolkit: toolkit,
                connection: renewed,
                connections: connections,
                transport: transport,
                clock: clock,
                limiter: limiter,
                longestWait: longestWait
            )
        } catch {
            var failure = ToolFailure(error)
            failure.details["toolkit"] = .string(toolkit.name)
            failure.details["status"] = refusal.details["status"]
            failure.details["outcome"] = refusal.details["outcome"]
            throw failure
        }
    }

    private func attempt(
        _ tool: ToolkitTool,
        _ bound: ArgumentReader.Bound,
        _ page: RequestBuilder.Page
    ) async throws(ToolFailure) -> ResponseReader.Reading {
        let isWrite = tool.specification.effect.isWrite
        let request = try RequestBuilder(toolkit: toolkit, tool: tool, connection: connection).request(
            bound,
            page: page
        )
        var options = HTTPRequestOptions()
        options.mayRepeat = !isWrite
        options.maximumResponseSize = ToolExecution.maximumResponseSize
        var patience = longestWait
        while true {
            let permit = try await limiter.permit(connection, toolkit, patience: &patience)
            do throws(ToolFailure) {
                var (reading, limits) = try await exchange(request, options, tool)
                reading.limits = limiter.finish(permit, .answered, limits: limits)
                return reading
            } catch {
                var failure = error
                let limits = limiter.finish(permit, failure.paceOutcome, limits: failure.limits)
                guard failure.code == "rate_limited" else { throw failure }
                let wait = Double(failure.limits.retryAfter ?? failure.limits.reset ?? 60)
                // A request that was refused for its number was not carried out, so it may be made again.
                if patience > 0, wait <= patience { continue }
                for member in limits.members where failure.details[member.name] == nil {
                    failure.details[member.name] = member.value
                }
                if failure.details["retry_after"] == nil { failure.details["retry_after"] = .integer(Int(wait)) }
                throw failure
            }
        }
    }

    /// Makes one request, and reads its answer.
    private func exchange(
        _ request: HTTPRequest,
        _ options: HTTPRequestOptions,
        _ tool: ToolkitTool
    ) async throws(ToolFailure) -> (ResponseReader.Reading, RateLimits) {
        let isWrite = tool.specification.effect.isWrite
        let response: HTTPResponse
        let bytes: [UInt8]
        do {
            response = try await transport.send(request, options: options)
            bytes = try await response.body.collect(limit: ToolExecution.maximumResponseSize)
        } catch {
            throw ToolFailure(error, title: toolkit.title, isWrite: isWrite)
        }
        let limits = RateLimits(response.fields, rule: toolkit.settings.rateLimit, now: clock.now())
        let body = (try? JSONDocument(bytes))?.root
        let succeeded = (200..<300).contains(response.status)
        if succeeded, bytes.isEmpty, toolkit.settings.response.success == nil {
            var reading = ResponseReader.Reading(content: .nothing)
            reading.request = requestID(response)
            return (reading, limits)
        }
        guard succeeded else { throw failure(tool, response, body) }
        guard let body else {
            var failure = unreadable(response.status, isWrite)
            if let id = requestID(response) { failure.details["request_id"] = .string(id) }
            throw failure
        }
        if let flag = toolkit.settings.response.success, body.element(at: flag)?.bool != true {
            throw failure(tool, response, body)
        }
        let reader = ResponseReader(rule: toolkit.settings.response, pagination: toolkit.settings.pagination)
        var reading = reader.read(body)
        reading.request = requestID(response)
        return (reading, limits)
    }

    private func requestID(_ response: HTTPResponse) -> String? {
        toolkit.settings.errors.requestIDHeaders.lazy.compactMap { response.fields[$0] }.first
    }

    private func failure(_ tool: ToolkitTool, _ response: HTTPResponse, _ body: JSONElement?) -> ToolFailure {
        ErrorReader(toolkit: toolkit, tool: tool, connection: connection, now: clock.now())
            .failure(response, body: body?.value)
    }

    private func unreadable(_ status: Int, _ isWrite: Bool) -> ToolFailure {
        var failure = ToolFailure(
            "upstream_invalid",
            "\(toolkit.title) answered HTTP \(status) with something that is not JSON."
                + (isWrite
                    ? " Whether the change was made is not known: look before trying again."
                    : " Try again in a moment."),
            details: ["status": .integer(status)]
        )
        if isWrite { failure.details["outcome"] = "unknown" }
        return failure
    }

    private func result(
        _ reading: ResponseReader.Reading,
        _ next: String?,
        _ tool: ToolkitTool,
        search: JSONValue? = nil
    ) -> ToolResult {
        let mapped = tool.response.map { reading.mapped(by: $0) } ?? reading
        var result = ResultWriter(origin: tool.origin, isWrite: tool.specification.effect.isWrite)
            .result(mapped, next: next, search: search)
        result.request = reading.request
        result.limits = reading.limits.flatMap { $0.isEmpty ? nil : $0 }
        return result
    }

    // MARK: - Searches

    private func search(
        _ tool: ToolkitTool,
        _ rule: SearchRule,
        _ text: String,
        _ bound: ArgumentReader.Bound,
        _ cursor: PageCursor?
    ) async throws(ToolFailure) -> ToolResult {
        if cursor == nil {
            for shortcut in rule.shortcuts where ToolExecution.applies(shortcut, to: text) {
                if let result = try await run(shortcut, text, tool) { return result }
            }
        }
        var bound = bound
        if !rule.arguments.isEmpty {
            let fixed = try bind(tool, rule.arguments)
            let names = Set(bound.query.map(\.name))
            bound.query += fixed.query.filter { !names.contains($0.name) }
        }
        var search = RecordSearch(rule: rule, text: text, limit: bound.limit ?? rule.defaultLimit, from: cursor)
        var limits: CallLimits?
        var request: String?
        while let number = search.nextPage {
            let page = RequestBuilder.Page(limit: rule.pageSize, position: .integer(number))
            let reading = try await send(tool, bound, page)
            (limits, request) = (reading.limits, reading.request)
            search.take(reading.records, isLast: isLast(reading, PageCursor(page: number, size: rule.pageSize)))
        }
        var found = ResponseReader.Reading(content: .list(search.matches))
        (found.limits, found.request) = (limits, request)
        return result(found, search.cursor?.text, tool, search: search.summary)
    }

    private static func applies(_ shortcut: SearchShortcut, to text: String) -> Bool {
        switch shortcut.condition {
        case .email: JSONSchema(["type": "string", "format": "email"]).issues(in: .string(text)).isEmpty
        }
    }

    /// What a shortcut finds; nil when it finds nothing, so that the pages are searched after all.
    private func run(
        _ shortcut: SearchShortcut,
        _ text: String,
        _ tool: ToolkitTool
    ) async throws(ToolFailure) -> ToolResult? {
        guard let other = toolkit.tool(named: shortcut.tool) else { return nil }
        var arguments = shortcut.arguments
        arguments[shortcut.argument] = .string(text)
        let reading = try await send(other, try bind(other, arguments), RequestBuilder.Page())
        var records: [JSONValue] = []
        var seen: Set<String> = []
        for record in reading.records {
            guard let found = shortcut.record.map({ record[$0] }) ?? record else { continue }
            if seen.insert(found["id"].map { RequestBuilder.text(of: $0) } ?? "").inserted { records.append(found) }
        }
        guard !records.isEmpty else { return nil }
        let summary: JSONValue = [
            "pages_read": 1, "records_read": .integer(reading.records.count), "stopped_early": false,
        ]
        var found = ResponseReader.Reading(content: .list(records))
        (found.limits, found.request) = (reading.limits, reading.request)
        return result(found, nil, tool, search: summary)
    }

    private func bind(_ tool: ToolkitTool, _ arguments: JSONObject) throws(ToolFailure) -> ArgumentReader.Bound {
        do {
            return try ArgumentReader(tool: tool).read(arguments)
        } catch {
            throw ToolFailure(error)
        }
    }
}
