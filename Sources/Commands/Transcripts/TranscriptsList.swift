import Basics
import Gateway
import JSON
import Transcripts

extension Command {
    static let transcriptsList = Command(
        path: ["transcripts", "list"],
        summary: "List the recordings, and the transcripts of your runs",
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            let configuration = try invocation.configuration()
            var table = Table("NAME", "KIND", "AGENT", "WHAT")
            var rows: [JSONValue] = []
            func add(_ name: String, _ kind: String, _ agent: String, _ what: String) {
                table.add(name, kind, agent, what)
                rows.append([
                    "name": .string(name), "kind": .string(kind), "agent": .string(agent), "title": .string(what),
                ])
            }
            for file in files(in: configuration.home.transcripts) {
                let (recording, diagnostics) = Recording.read(try TextFile.read(file), file: file)
                for diagnostic in diagnostics { invocation.terminal.printError(diagnostic.description) }
                if let recording { add(recording.name, "recording", recording.agent, recording.title) }
            }
            for file in files(in: configuration.dataFolder + "/transcripts") {
                let (transcript, _) = Transcript.read(try TextFile.read(file), file: file)
                guard let header = transcript?.header else { continue }
                add(header.id, "run", header.agent, "\(header.started.iso8601) \(header.model)")
            }
            if invocation.json {
                invocation.terminal.print(JSONWriter.pretty(["transcripts": .array(rows)]))
            } else {
                invocation.terminal.write(table.text(for: invocation.terminal))
            }
            return .done
        }
    )

    static let transcriptsShow = Command(
        path: ["transcripts", "show"],
        summary: "Show what happened in a run",
        arguments: [.init(name: "ID", summary: "As `transcripts list` shows it, or a file")],
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            let configuration = try invocation.configuration()
            let id = invocation.arguments[0]
            let folders = [configuration.home.transcripts, configuration.dataFolder + "/transcripts"]
            let candidates = [id] + folders.map { "\($0)/\(id).jsonl" }
            guard let file = candidates.first(where: TextFile.isFile) else {
                throw CommandError("there is no transcript '\(id)'; `switchboard transcripts list` shows them")
            }
            for line in try TextFile.read(file).split(separator: 0x0A) {
                let value = try JSONParser.parse(line)
                invocation.terminal.print(
                    invocation.json ? JSONWriter.text(of: value) : Terminal.harmless(JSONWriter.pretty(value))
                )
            }
            return .done
        }
    )

    private static func files(in folder: String) -> [String] {
        TextFile.names(in: folder).filter { $0.hasSuffix(".jsonl") }.map { folder + "/" + $0 }
    }
}
