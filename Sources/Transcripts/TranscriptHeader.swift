package import Basics
import JSON

/// The first line of a transcript: which run it records.
package struct TranscriptHeader: Sendable, Hashable {
    /// The run's identifier.
    package var id: String
    package var started: Timestamp
    /// The agent's name.
    package var agent: String
    /// The model's name as its spec writes it.
    package var model: String

    package init(id: String, started: Timestamp, agent: String, model: String) {
        self.id = id
        self.started = started
        self.agent = agent
        self.model = model
    }

    var line: [UInt8] {
        JSONWriter.bytes(of: [
            "type": "header", "format": .string(TranscriptCoding.format), "version": .integer(TranscriptCoding.version),
            "id": .string(id), "started": .string(started.iso8601), "agent": .string(agent), "model": .string(model),
        ]) + [0x0A]
    }

    init(_ value: JSONValue) throws(TranscriptError) {
        guard value["type"]?.string == "header", value["format"]?.string == TranscriptCoding.format else {
            throw TranscriptError(.invalid, "the first line is not the header of a transcript")
        }
        guard value["version"]?.integer == TranscriptCoding.version else {
            throw TranscriptError(
                .invalid,
                "this is version \(value["version"].map { JSONWriter.text(of: $0) } ?? "unknown") of the format; "
                    + "this program reads \(TranscriptCoding.version)"
            )
        }
        guard let started = value["started"]?.string.flatMap({ Timestamp(iso8601: $0) }) else {
            throw TranscriptError(.invalid, "'started' is missing or not a time")
        }
        self.init(
            id: value["id"]?.string ?? "",
            started: started,
            agent: value["agent"]?.string ?? "",
            model: value["model"]?.string ?? ""
        )
    }
}
