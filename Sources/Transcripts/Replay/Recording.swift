package import Basics
import JSON

/// A recorded conversation for replay: what the model says, and what its words rest on.
///
/// Tool results are never in it. They come live when it is replayed, and of each one the recording knows only a
/// ``ResultFingerprint`` or the texts that must occur in it, so that words that are no longer true are found out.
package struct Recording: Sendable, Hashable {
    /// One step of the conversation, in order.
    package enum Step: Sendable, Hashable {
        case user(String)
        case reply(RecordedReply)
        case result(RecordedResult)
    }

    static let format = "switchboard-recording"
    static let version = 1

    /// What it is called; also the name of its file.
    package var name: String
    /// One line for people who choose a recording.
    package var title: String
    /// The agent that it was made for.
    package var agent: String
    /// Where the words come from, for the person who watches.
    package var provenance: String
    /// What the clock showed; the words are true at that time only.
    package var now: Timestamp?
    /// Places in results that differ from run to run, as JSON Pointers in which `*` stands for any name or position.
    package var ignores: [String]
    package var steps: [Step]

    package init(
        name: String,
        title: String,
        agent: String,
        provenance: String,
        now: Timestamp? = nil,
        ignores: [String] = [],
        steps: [Step]
    ) {
        self.name = name
        self.title = title
        self.agent = agent
        self.provenance = provenance
        self.now = now
        self.ignores = ignores
        self.steps = steps
    }

    /// What the person says, in order.
    package var userMessages: [String] {
        steps.compactMap { if case .user(let text) = $0 { text } else { nil } }
    }

    /// Reads a recording; nil, with every problem told, when it cannot be used.
    ///
    /// - Parameters:
    ///   - bytes: The file's content, one JSON value a line.
    ///   - file: Its path, for the diagnostics.
    package static func read(_ bytes: [UInt8], file: String) -> (recording: Recording?, diagnostics: [Diagnostic]) {
        var diagnostics: [Diagnostic] = []
        var recording: Recording?
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
        where !line.isEmpty {
            do {
                let value = try JSONParser.parse(line)
                if recording == nil {
                    recording = try Recording(header: value)
                } else {
                    recording?.steps.append(try step(value))
                }
            } catch {
                diagnostics.append(Diagnostic(.error, file: file, line: index + 1, String(describing: error)))
                if recording == nil { return (nil, diagnostics) }
            }
        }
        if recording == nil { diagnostics.append(Diagnostic(.error, file: file, "the file is empty")) }
        if let problem = recording?.disorder { diagnostics.append(Diagnostic(.error, file: file, problem)) }
        return (diagnostics.isEmpty ? recording : nil, diagnostics)
    }

    /// The text of the file.
    package func encoded() -> [UInt8] {
        var header: JSONObject = [
            "type": "recording", "format": .string(Recording.format), "version": .integer(Recording.version),
            "name": .string(name), "title": .string(title), "agent": .string(agent), "provenance": .string(provenance),
        ]
        if let now { header["now"] = .string(now.iso8601) }
        if !ignores.isEmpty { header["ignores"] = .array(ignores.map { .string($0) }) }
        return steps.reduce(into: JSONWriter.bytes(of: .object(header)) + [0x0A]) { bytes, step in
            var object: JSONObject
            switch step {
            case .user(let text): object = ["type": "user", "text": .string(text)]
            case .reply(let reply):
                object = ["type": "reply"]
                for member in TranscriptCoding.value(reply) { object[member.name] = member.value }
            case .result(let result):
                object = ["type": "result"]
                for member in result.members { object[member.name] = member.value }
            }
            bytes += JSONWriter.bytes(of: .object(object)) + [0x0A]
        }
    }

    private init(header value: JSONValue) throws(TranscriptError) {
        guard value["type"]?.string == "recording", value["format"]?.string == Recording.format else {
            throw TranscriptError(.invalid, "the first line is not the header of a recording")
        }
        guard value["version"]?.integer == Recording.version else {
            throw TranscriptError(.invalid, "this program reads version \(Recording.version) of the format only")
        }
        guard let name = value["name"]?.string, let agent = value["agent"]?.string,
            let provenance = value["provenance"]?.string
        else { throw TranscriptError(.invalid, "the header needs strings 'name', 'agent' and 'provenance'") }
        self.init(
            name: name,
            title: value["title"]?.string ?? name,
            agent: agent,
            provenance: provenance,
            now: value["now"]?.string.flatMap { Timestamp(iso8601: $0) },
            ignores: (value["ignores"]?.array ?? []).compactMap(\.string),
            steps: []
        )
    }

    private static func step(_ value: JSONValue) throws(TranscriptError) -> Step {
        switch value["type"]?.string {
        case "user":
            guard let text = value["text"]?.string else { throw TranscriptError(.invalid, "needs a string 'text'") }
            return .user(text)
        case "reply": return .reply(try TranscriptCoding.reply(value))
        case "result": return .result(try RecordedResult(value))
        default: throw TranscriptError(.invalid, "'type' must be user, reply or result")
        }
    }

    /// What is wrong with the order of the steps: after a reply with calls come their results, in order.
    private var disorder: String? {
        var open: [String] = []
        for (index, step) in steps.enumerated() {
            let place = "step \(index + 1)"
            switch step {
            case .user, .reply:
                guard open.isEmpty else { return "\(place): the result of \(open[0]) is missing before it" }
                guard case .reply(let reply) = step else { continue }
                open = reply.items.compactMap { if case .toolCall(let id, _, _) = $0 { id } else { nil } }
            case .result(let result):
                guard open.first == result.callID else {
                    return "\(place): the result of \(result.callID) is not expected here"
                }
                open.removeFirst()
            }
        }
        return open.isEmpty ? nil : "the recording ends without the result of \(open[0])"
    }
}
