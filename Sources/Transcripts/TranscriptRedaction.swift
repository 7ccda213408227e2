package import Basics
import Cryptography
import JSON

/// Takes out of a transcript what must not leave the machine.
///
/// What remains shows the course of a run: which tools ran, how long, how it ended. Tool results become a digest and a
/// size; words of people and models become a size; secrets are taken out of everything else.
package struct TranscriptRedaction: Sendable {
    /// Texts that are replaced wherever they stand.
    package var secrets: [Secret]
    /// Whether words and arguments stay, for runs on people who do not exist.
    package var keepsWords: Bool

    package init(secrets: [Secret] = [], keepsWords: Bool = false) {
        self.secrets = secrets
        self.keepsWords = keepsWords
    }

    /// The transcript without what must not be shown.
    package func apply(to transcript: Transcript) -> Transcript {
        var transcript = transcript
        for index in transcript.events.indices {
            transcript.events[index].entry = redacted(transcript.events[index].entry)
        }
        return transcript
    }

    private func redacted(_ entry: TranscriptEntry) -> TranscriptEntry {
        switch entry {
        case .user(let text): .user(text: words(text))
        case .modelRequest, .usage, .end: entry
        case .modelReply(let reply): .modelReply(RecordedReply(finish: reply.finish, items: reply.items.map(redacted)))
        case .toolCall(let id, let tool, let arguments):
            .toolCall(id: id, tool: tool, arguments: keepsWords ? clean(arguments) : digest(arguments))
        case .toolResult(let id, let tool, let isError, let seconds, let result):
            .toolResult(id: id, tool: tool, isError: isError, seconds: seconds, result: digest(result))
        case .notice(let text): .notice(text: clean(text))
        case .error(let code, let message): .error(code: code, message: clean(message))
        }
    }

    private func redacted(_ item: RecordedReply.Item) -> RecordedReply.Item {
        switch item {
        case .text(let text): .text(words(text))
        case .reasoning(let text): .reasoning(words(text))
        case .refusal(let text): .refusal(words(text))
        case .toolCall(let id, let name, let arguments):
            .toolCall(id: id, name: name, arguments: keepsWords ? clean(arguments) : words(arguments))
        }
    }

    private func words(_ text: String) -> String {
        keepsWords ? clean(text) : "‹\(text.utf8.count) bytes›"
    }

    private func digest(_ value: JSONValue) -> JSONValue {
        let bytes = JSONWriter.bytes(of: value, sorted: true)
        return ["sha256": .string(Hex.encode(SHA256.hash(bytes))), "bytes": .integer(bytes.count)]
    }

    private func clean(_ text: String) -> String {
        secrets.reduce(text) { text, secret in
            guard !secret.isEmpty, text.contains(secret.reveal()) else { return text }
            return text.split(separator: secret.reveal(), omittingEmptySubsequences: false)
                .joined(separator: secret.description)
        }
    }

    private func clean(_ value: JSONValue) -> JSONValue {
        switch value {
        case .null, .bool, .number: return value
        case .string(let text): return .string(clean(text))
        case .array(let array): return .array(array.map(clean))
        case .object(let object):
            var cleaned = JSONObject()
            for member in object { cleaned[clean(member.name)] = clean(member.value) }
            return .object(cleaned)
        }
    }
}
