import Agents
import Basics
import Gateway
import JSON

extension Command {
    static let agentsList = Command(
        path: ["agents", "list"],
        summary: "List the agents",
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            let home = try invocation.configuration().home
            let loader = AgentLoader { try TextFile.read(home.path + "/" + $0) }
            let names = TextFile.names(in: home.agents).filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
            var agents: [Agent] = []
            for name in names {
                let (agent, diagnostics) = loader.load(name)
                for diagnostic in diagnostics { invocation.terminal.printError(diagnostic.description) }
                if let agent { agents.append(agent) }
            }
            if invocation.json {
                let list: [JSONValue] = agents.map {
                    ["name": .string($0.name), "description": .string($0.description)]
                }
                invocation.terminal.print(JSONWriter.pretty(["agents": .array(list)]))
                return .done
            }
            var table = Table("NAME", "DESCRIPTION")
            for agent in agents { table.add(agent.name, agent.description) }
            invocation.terminal.write(table.text(for: invocation.terminal))
            return .done
        }
    )

    static let agentsCheck = Command(
        path: ["agents", "check"],
        summary: "Say what is wrong with an agent's file",
        arguments: [.init(name: "NAME", summary: "The agent, as its file in agents/ is called")],
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            let home = try invocation.configuration().home
            let loader = AgentLoader { try TextFile.read(home.path + "/" + $0) }
            var name = invocation.arguments[0].split(separator: "/").last.map(String.init) ?? ""
            if name.hasSuffix(".json") { name = String(name.dropLast(5)) }
            let (agent, diagnostics) = loader.load(name)
            if invocation.json {
                let list: [JSONValue] = diagnostics.map(\.json)
                invocation.terminal.print(JSONWriter.pretty(["diagnostics": .array(list)]))
            } else {
                for diagnostic in diagnostics { invocation.terminal.print(diagnostic.description) }
                if agent != nil { invocation.terminal.print("agents/\(name).json: usable") }
            }
            return agent == nil ? .failed : .done
        }
    )
}
