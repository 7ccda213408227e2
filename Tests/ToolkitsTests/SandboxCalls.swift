import ATSSandbox
import Basics
import Connections
import HTTP
import JSON
import Toolkits
import Tools

/// Arguments for every tool, out of records that exist: `Fixtures/calls.json` says where each comes from.
///
/// `records` has, for each toolkit and name of an argument, a tool to ask, its arguments, and where in the answer the value is;
/// or the value, where no tool tells it.
/// `calls` has, for a tool, what it needs beside its required arguments, and the calls that have to come `first`.
/// Everywhere `"$name"` stands for a record, and `"$step/path"` for something in the answer of a step.
struct SandboxCalls {
    struct Outcome {
        var arguments: JSONObject
        var result: ToolResult
        var provider: ToolkitProvider
    }

    private struct Systems: HTTPHandler {
        let sandbox: Sandbox
        func respond(to request: HTTPRequest) async -> HTTPResponse {
            request.authority == "api.ashbyhq.com"
                ? await sandbox.ashby.respond(to: request) : await sandbox.pinpoint.respond(to: request)
        }
    }

    let table: JSONValue

    init() throws {
        table = try JSONParser.parse(TextFile.read(Fixture.home + "/Tests/ToolkitsTests/Fixtures/calls.json"))
    }

    static func provider(_ sandbox: Sandbox) -> ToolkitProvider {
        let keys = ["ashby": SandboxKeys.ashby, "pinpoint": SandboxKeys.pinpoint]
        return ToolkitProvider(
            toolkits: Fixture.toolkits.toolkits,
            connections: FixedConnections(
                keys.map { toolkit, key in
                    AuthorizedConnection(
                        id: toolkit,
                        toolkit: toolkit,
                        fields: ["subdomain": "sandbox"],
                        secrets: ["api_key": Secret(key)]
                    )
                },
                label: "test",
                howToRenew: "-"
            ),
            transport: InMemoryTransport(Systems(sandbox: sandbox)),
            clock: Fixture.clock,
            log: .none
        )
    }

    /// Calls a tool on a sandbox of its own, with everything that it needs done before.
    func call(_ tool: ToolSpecification) async throws(SandboxCallFailure) -> Outcome {
        let provider = SandboxCalls.provider(Sandbox(like: SandboxCalls.standard))
        let rules = table["calls"]?[tool.name] ?? [:]
        var steps: [String: JSONValue] = [:]
        for step in rules["first"]?.array ?? [] {
            let name = step["call"]?.string ?? ""
            let given = step["with"]?.object ?? [:]
            let arguments = try await resolve(.object(given), tool, steps, provider).object ?? [:]
            steps[step["as"]?.string ?? "_"] = try await SandboxCalls.answer(name, arguments, provider)
        }
        var arguments = JSONObject()
        let given = rules["with"]?.object ?? [:]
        for name in tool.inputSchema["required"]?.array?.compactMap(\.string) ?? [] where given[name] == nil {
            let schema = tool.inputSchema["properties"]?[name] ?? [:]
            if let record = self.record(name, tool) {
                arguments[name] = try await value(of: record, tool, steps, provider)
            } else {
                arguments[name] = GoldenRequestTests.value(schema, name: name)
            }
        }
        for member in given { arguments[member.name] = try await resolve(member.value, tool, steps, provider) }
        return Outcome(arguments: arguments, result: await provider.call(tool.name, arguments), provider: provider)
    }

    private static let standard = Sandbox()

    /// Where the value of an argument comes from; for Pinpoint's `id`, the list of the records that the tool is about.
    private func record(_ name: String, _ tool: ToolSpecification) -> JSONValue? {
        let isPinpoint = tool.name.contains("pinpoint")
        if isPinpoint, name == "id" {
            let parts = tool.name.split(separator: "_")
            let noun = parts.drop { $0 != "pinpoint" }.dropFirst().dropLast(2).joined(separator: "_")
            let plural = noun.hasSuffix("y") ? noun.dropLast() + "ies" : noun + "s"
            return table["records"]?["pinpoint"]?["id_of_" + noun] ?? [
                .string("list_all_pinpoint_" + plural), [:], "items/0/id",
            ]
        }
        return table["records"]?[isPinpoint ? "pinpoint" : "ashby"]?[name]
    }

    private func value(
        of record: JSONValue,
        _ tool: ToolSpecification,
        _ steps: [String: JSONValue],
        _ provider: ToolkitProvider
    ) async throws(SandboxCallFailure) -> JSONValue {
        if record.string != nil { return record }
        let name = record[0]?.string ?? ""
        let arguments = try await resolve(record[1] ?? [:], tool, steps, provider).object ?? [:]
        let answer = try await SandboxCalls.answer(name, arguments, provider)
        return try SandboxCalls.find(record[2]?.string ?? "", in: answer, of: name)
    }

    private func resolve(
        _ value: JSONValue,
        _ tool: ToolSpecification,
        _ steps: [String: JSONValue],
        _ provider: ToolkitProvider
    ) async throws(SandboxCallFailure) -> JSONValue {
        switch value {
        case .string(let text) where text.hasPrefix("$"):
            let parts = text.dropFirst().split(separator: "/", maxSplits: 1).map(String.init)
            if let answer = steps[parts[0]] { return try SandboxCalls.find(parts.last ?? "", in: answer, of: text) }
            guard let record = record(parts[0], tool) else {
                throw SandboxCallFailure("\(tool.name): what is \(text)?")
            }
            return try await self.value(of: record, tool, steps, provider)
        case .array(let values):
            var resolved: [JSONValue] = []
            for value in values { resolved.append(try await resolve(value, tool, steps, provider)) }
            return .array(resolved)
        case .object(let object):
            var resolved = JSONObject()
            for member in object { resolved[member.name] = try await resolve(member.value, tool, steps, provider) }
            return .object(resolved)
        default: return value
        }
    }

    private static func answer(
        _ tool: String,
        _ arguments: JSONObject,
        _ provider: ToolkitProvider
    ) async throws(SandboxCallFailure) -> JSONValue {
        let result = await provider.call(tool, arguments)
        guard result.problem == nil else {
            throw SandboxCallFailure("\(tool) \(JSONWriter.text(of: .object(arguments))): \(result.displayText)")
        }
        return result.value
    }

    /// Follows names, positions, and `name=value`: the first element that has it (`*` for any value, `.` inside names).
    private static func find(
        _ path: String,
        in answer: JSONValue,
        of what: String
    ) throws(SandboxCallFailure) -> JSONValue {
        var value = answer
        for part in path.split(separator: "/").map(String.init) {
            let pair = part.split(separator: "=").map(String.init)
            let next: JSONValue? =
                if pair.count == 2 {
                    value.array?.first { fits($0, pair[0], pair[1]) }
                } else if let position = Int(part) {
                    value[position]
                } else {
                    value[part]
                }
            guard let next else {
                throw SandboxCallFailure("\(what) has no \(path): \(JSONWriter.text(of: answer).prefix(600))")
            }
            value = next
        }
        return value
    }

    private static func fits(_ element: JSONValue, _ name: String, _ wanted: String) -> Bool {
        let found: JSONValue = name.split(separator: ".").reduce(element) { value, part in
            (Int(part).flatMap { value[$0] } ?? value[String(part)]) ?? .null
        }
        return wanted == "*" ? !found.isNull : (found.string ?? JSONWriter.text(of: found)) == wanted
    }
}

/// What a call needs could not be brought about.
struct SandboxCallFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
