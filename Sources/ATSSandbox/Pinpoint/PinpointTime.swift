import Basics
import JSON

/// Instants as Pinpoint writes them: `2026-10-12T08:47:00+00:00`.
enum PinpointTime {
    static func text(_ instant: Timestamp) -> String {
        String(unsafeUninitializedCapacity: Timestamp.longestText + 2) { text in
            var end = instant.writeISO8601(to: text) - ".000Z".utf8.count
            for byte in "+00:00".utf8 {
                text[end] = byte
                end += 1
            }
            return end
        }
    }

    static func value(_ instant: Timestamp?) -> JSONValue { instant.map { .string(text($0)) } ?? .null }
}
