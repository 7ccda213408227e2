import Basics
import Gateway
import JSON
import Toolkits

extension Command {
    static let toolkitsCheck = Command(
        path: ["toolkits", "check"],
        summary: "Say what is wrong with a toolkit folder, and which tools are not offered",
        arguments: [
            .init(name: "DIR", summary: "A toolkit folder (default: every folder in toolkits/)", isRequired: false)
        ],
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            let folders: [String]
            if let folder = invocation.arguments.first {
                guard TextFile.isFolder(folder) else { throw CommandError("\(folder) is not a folder") }
                folders = [folder]
            } else {
                let home = try invocation.configuration().home
                folders = TextFile.names(in: home.toolkits).map { home.toolkits + "/" + $0 }.filter(TextFile.isFolder)
            }
            var diagnostics: [Diagnostic] = []
            var summaries: [String] = []
            for folder in folders {
                let loaded = ToolkitLoader.load(folder: folder)
                diagnostics += loaded.diagnostics
                summaries.append(
                    "\(folder): \(loaded.toolkit.map { "\($0.tools.count) tools offered" } ?? "not usable")"
                )
            }
            let errors = diagnostics.filter { $0.severity == .error }.count
            if invocation.json {
                let list: [JSONValue] = diagnostics.map(\.json)
                invocation.terminal.print(JSONWriter.pretty(["diagnostics": .array(list), "errors": .integer(errors)]))
            } else {
                for diagnostic in diagnostics { invocation.terminal.print(diagnostic.description) }
                for summary in summaries { invocation.terminal.print(summary) }
            }
            return errors == 0 ? .done : .failed
        }
    )
}

extension Diagnostic {
    /// The problem with stable keys.
    var json: JSONValue {
        var object: JSONObject = [
            "severity": .string(severity.rawValue), "file": .string(file), "pointer": .string(pointer),
        ]
        if let line { object["line"] = .integer(line) }
        if let column { object["column"] = .integer(column) }
        object["message"] = .string(message)
        return .object(object)
    }
}
