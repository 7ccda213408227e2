import Basics
import JSON

/// Instants as Pinpoint writes them: `2026-10-12T08:47:00+00:00`.
enum PinpointTime {
    static func text(_ instant: Timestamp) -> String { instant.iso8601.prefix(19) + "+00:00" }

    static func value(_ instant: Timestamp?) -> JSONValue { instant.map { .string(text($0)) } ?? .null }
}
