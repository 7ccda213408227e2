package import Basics
package import Connections
package import HTTP
import JSON
package import Tools

/// Offers the tools of toolkits, and runs each of them through one pipeline.
package final class ToolkitProvider: ArgumentChecking {
    private struct Catalog: Sendable {
        var toolkits: [Toolkit]
        var specifications: [ToolSpecification] = []
        /// Positions of toolkit and tool by the tool's name.
        var entries: [String: (toolkit: Int, tool: Int)] = [:]

        init(_ toolkits: [Toolkit]) {
            self.toolkits = toolkits
            for (position, toolkit) in toolkits.enumerated() {
                for (index, tool) in toolkit.tools.enumerated() where entries[tool.specification.name] == nil {
                    entries[tool.specification.name] = (position, index)
                    specifications.append(tool.specification)
                }
            }
        }

        func find(_ name: String) -> (toolkit: Toolkit, tool: ToolkitTool)? {
            guard let entry = entries[name] else { return nil }
            return (toolkits[entry.toolkit], toolkits[entry.toolkit].tools[entry.tool])
        }
    }

    private let catalog: Locked<Catalog>
    private let connections: any ConnectionSource
    private let transport: any HTTPTransport
    private let clock: any WallClock
    private let limiter: ConnectionLimiter
    private let log: Log

    /// Makes the provider.
    ///
    /// Where two toolkits have a tool of the same name, the first one's is offered.
    package init(
        toolkits: [Toolkit],
        connections: any ConnectionSource,
        transport: any HTTPTransport,
        clock: any WallClock,
        limiter: ConnectionLimiter? = nil,
        log: Log
    ) {
        catalog = Locked(Catalog(toolkits))
        self.connections = connections
        self.transport = transport
        self.clock = clock
        self.limiter = limiter ?? ConnectionLimiter(clock: clock)
        self.log = log
    }

    /// Offers other toolkits from now on; calls that run go on with what they started with.
    package func replace(toolkits: [Toolkit]) {
        let new = Catalog(toolkits)
        catalog.withLock { $0 = new }
    }

    package var tools: [ToolSpecification] { catalog.withLock { $0.specifications } }

    package var toolkits: [Toolkit] { catalog.withLock { $0.toolkits } }

    /// The toolkit of that name, with the fields that a connection to it needs; nil when there is none.
    package func toolkit(named name: String) -> Toolkit? { toolkits.first { $0.name == name } }

    package func call(_ call: ToolCall) async -> ToolResult {
        guard let (toolkit, tool) = catalog.withLock({ $0.find(call.tool) }) else { return unknown(call.tool) }
        guard !tool.specification.effect.isWrite || call.permit != nil else {
            return .failure(
                "unprotected_write",
                "\(call.tool) changes something and did not come through the write ledger, so it was not sent. Call it "
                    + "through the router.",
                details: ["outcome": "not_executed"]
            )
        }
        let start = monotonicNanoseconds()
        let result: ToolResult
        do throws(ToolFailure) {
            let bound: ArgumentReader.Bound
            do {
                bound = try ArgumentReader(tool: tool).read(call.arguments)
            } catch {
                throw ToolFailure(error)
            }
            let execution = try await execution(
                toolkit,
                user: call.user,
                connection: call.connection,
                longestWait: call.longestWait
            )
            result = try await execution.run(tool, bound)
        } catch {
            result = error.result
        }
        log.info(
            "tool call",
            [
                "tool": call.tool, "user": call.user, "outcome": result.isError ? "error" : "ok",
                "ms": String((monotonicNanoseconds() - start) / 1_000_000),
            ]
        )
        return result
    }

    package func refusal(of call: ToolCall) -> ToolResult? {
        guard let (_, tool) = find(call.tool) else { return nil }
        do {
            _ = try ArgumentReader(tool: tool).read(call.arguments)
            return nil
        } catch { return ToolFailure(error).result }
    }

    /// Tries a user's connection with the call that its toolkit names for that.
    ///
    /// The result is an error that says what to do when the connection does not work.
    package func probe(toolkit name: String, user: String, connection: String? = nil) async -> ToolResult {
        do {
            return await probe(try await connections.connection(user: user, toolkit: name, id: connection))
        } catch {
            var failure = ToolFailure(error)
            failure.details["toolkit"] = .string(name)
            return toolkit(named: name) == nil ? unknownToolkit(name) : failure.result
        }
    }

    /// Tries a connection, whatever its state, with the call that its toolkit names for that.
    package func probe(_ connection: AuthorizedConnection) async -> ToolResult {
        guard let toolkit = toolkit(named: connection.toolkit) else { return unknownToolkit(connection.toolkit) }
        guard let probe = toolkit.settings.probe, let tool = toolkit.tool(named: probe.tool) else {
            return .failure(
                ToolkitProvider.noProbe,
                "The toolkit \(toolkit.name) names no call by which a connection can be tested."
            )
        }
        do throws(ToolFailure) {
            let bound: ArgumentReader.Bound
            do {
                bound = try ArgumentReader(tool: tool).read(probe.arguments)
            } catch {
                throw ToolFailure(error)
            }
            _ = try await execution(toolkit, connection).run(tool, bound)
            return ToolResult(
                ["status": "ok", "toolkit": .string(toolkit.name), "connection": .string(connection.id)],
                text: "The connection \(connection.id) to \(toolkit.title) works.",
                origin: .ats
            )
        } catch {
            return error.result
        }
    }

    /// The error of ``probe(_:)`` for a toolkit without a probe.
    package static let noProbe = "no_probe"

    private func unknownToolkit(_ name: String) -> ToolResult {
        let near = Similarity.nearest(to: name, among: toolkits.map(\.name)).joined(separator: ", ")
        let hint = near.isEmpty ? "" : " Did you mean \(near)?"
        return .failure("toolkit_not_found", "There is no toolkit \(name).\(hint)")
    }

    private func execution(
        _ toolkit: Toolkit,
        _ connection: AuthorizedConnection,
        longestWait: Double = 0
    ) -> ToolExecution {
        ToolExecution(
            toolkit: toolkit,
            connection: connection,
            connections: connections,
            transport: transport,
            clock: clock,
            limiter: limiter,
            longestWait: longestWait
        )
    }

    func execution(
        _ toolkit: Toolkit,
        user: String,
        connection id: String?,
        longestWait: Double = 0
    ) async throws(ToolFailure) -> ToolExecution {
        do {
            return execution(
                toolkit,
                try await connections.connection(user: user, toolkit: toolkit.name, id: id),
                longestWait: longestWait
            )
        } catch {
            var failure = ToolFailure(error)
            failure.details["toolkit"] = .string(toolkit.name)
            throw failure
        }
    }

    /// The toolkit and the tool of a name.
    func find(_ name: String) -> (toolkit: Toolkit, tool: ToolkitTool)? { catalog.withLock { $0.find(name) } }

    func unknown(_ name: String) -> ToolResult {
        let near = Similarity.nearest(to: name, among: tools.map(\.name))
        let hint = near.isEmpty ? "Search for a tool first." : "Did you mean \(near.joined(separator: ", "))?"
        return .failure(
            "tool_not_found",
            "There is no tool \(name). \(hint)",
            details: ["suggestions": .array(near.map { .string($0) })]
        )
    }
}
