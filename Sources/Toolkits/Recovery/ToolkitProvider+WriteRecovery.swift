import Connections
import JSON
package import Tools

extension ToolkitProvider: WriteRecovery {
    /// Seconds that a look waits in line for the limits of its connection: a full line must not leave a write unknown.
    private static let patience = 600.0

    package func prepare(_ call: ToolCall) async -> WritePreparation {
        guard let (toolkit, tool) = find(call.tool) else { return .refused(unknown(call.tool)) }
        do throws(ToolFailure) {
            do {
                _ = try ArgumentReader(tool: tool).read(call.arguments)
            } catch { throw ToolFailure(error) }
            let execution = try await execution(toolkit, user: call.user, connection: call.connection)
            return .ready(
                WriteRules(
                    connection: execution.connection.id,
                    takesMark: tool.mark != nil,
                    canBeFound: ToolkitProvider.canBeFound(call, tool),
                    settle: tool.settle ?? toolkit.settings.settle
                )
            )
        } catch { return .refused(error.result) }
    }

    package func marked(_ call: ToolCall, with mark: String) -> ToolCall {
        guard let (_, tool) = find(call.tool), let name = tool.mark else { return call }
        var marked = call
        marked.arguments = ArgumentReader(tool: tool).named(call.arguments)
        marked.arguments[name] = WriteMark.put(mark, into: marked.arguments[name])
        return marked
    }

    package func find(_ write: SentWrite) async -> WriteFinding {
        guard let (toolkit, tool) = find(write.call.tool), let rule = tool.lookup,
            let target = toolkit.tool(named: rule.tool)
        else { return .cannotTell("there is no lookup for \(write.call.tool)") }
        let scope = LookupScope(
            arguments: ArgumentReader(tool: tool).named(write.call.arguments),
            mark: tool.mark == nil ? nil : write.mark,
            since: tool.specification.effect == .create ? write.since : nil
        )
        let look = ToolCall(
            tool: rule.tool,
            arguments: scope.arguments(for: rule),
            user: write.call.user,
            connection: write.call.connection,
            origin: .workflow,
            context: write.call.context,
            longestWait: ToolkitProvider.patience
        )
        let isList = target.argument(.cursor) != nil
        var found: [(made: String, record: FoundRecord)] = []
        func take(_ records: [JSONValue]) {
            for record in records where rule.matches(record, scope) {
                let id = record.value(at: rule.id).map { RequestBuilder.text(of: $0) } ?? ""
                let made = rule.created.flatMap { record.value(at: $0)?.string } ?? ""
                found.append((made, FoundRecord(id: id, record: record)))
            }
        }
        if isList {
            // All of it: a part of a list cannot show that something is not there.
            var walk = PageWalk()
            while case .fetch(let cursor) = walk.next {
                var page = look
                if let cursor { page.arguments["next_cursor"] = .string(cursor) }
                switch walk.take(await call(page)) {
                case .page(let records): take(records)
                case .restarted: found = []
                case .failed(let failure):
                    if ToolkitProvider.isMissing(failure) { return .absent }
                    return .cannotTell(failure.problem?.code ?? "failed")
                }
            }
            guard walk.next == .finished(complete: true) else { return .cannotTell("incomplete") }
        } else {
            let result = await call(look)
            if result.isError {
                if ToolkitProvider.isMissing(result) { return .absent }
                return .cannotTell(result.problem?.code ?? "failed")
            }
            let value = (try? JSONParser.parse(result.payload)) ?? .null
            guard value["found"] != false else { return .absent }
            take(value["items"]?.array ?? [value])
        }
        return found.isEmpty ? .absent : .found(found.sorted { $0.made < $1.made }.map(\.record))
    }

    private static func canBeFound(_ call: ToolCall, _ tool: ToolkitTool) -> Bool {
        guard let rule = tool.lookup else { return false }
        return rule.applies(to: LookupScope(arguments: ArgumentReader(tool: tool).named(call.arguments)))
    }

    /// Whether a failed look says that there is no such record.
    private static func isMissing(_ result: ToolResult) -> Bool {
        result.problem?.outcome != .unknown && result.problem?.code == "not_found"
    }
}

/// The text by which a record that we made is found again.
enum WriteMark {
    /// A text with a mark in a paragraph of its own; people see it, and may quote it.
    static func put(_ mark: String, into value: JSONValue?) -> JSONValue {
        switch value {
        case .string(let text)?: return .string(put(mark, into: text, isHTML: false))
        case .object(var object)?:
            // A text with its type, such as {"type": "text/html", "value": "…"}.
            guard let text = object["value"]?.string else { return .object(object) }
            object["value"] = .string(put(mark, into: text, isHTML: object["type"]?.string == "text/html"))
            return .object(object)
        case let other?: return other
        case nil: return .string(mark)
        }
    }

    private static func put(_ mark: String, into text: String, isHTML: Bool) -> String {
        isHTML ? "\(text)<p>\(mark)</p>" : "\(text)\n\n\(mark)"
    }
}
