package import JSON

/// What a recording knows about a tool result, which is not in it.
package struct RecordedResult: Sendable, Hashable {
    /// How a live result is held against the recording.
    package enum Check: Sendable, Hashable {
        /// Everything in it must be as it was; nil until a live run has been recorded.
        case content(ResultFingerprint?)
        /// These texts must occur in it, because what the model does next rests on them.
        case mentions([String])
    }

    package var callID: String
    package var tool: String
    package var arguments: JSONValue
    package var check: Check

    package init(callID: String, tool: String, arguments: JSONValue, check: Check) {
        self.callID = callID
        self.tool = tool
        self.arguments = arguments
        self.check = check
    }

    init(_ value: JSONValue) throws(TranscriptError) {
        guard let callID = value["call"]?.string, let tool = value["tool"]?.string, let arguments = value["arguments"]
        else { throw TranscriptError(.invalid, "a result needs 'call', 'tool' and 'arguments'") }
        guard value["result"] == nil, value["content"] == nil else {
            throw TranscriptError(.invalid, "a recording must not contain tool results")
        }
        let check: Check
        if let texts = value["mentions"]?.array {
            check = .mentions(texts.compactMap(\.string))
        } else if let digest = value["sha256"]?.string {
            check = .content(ResultFingerprint(sha256: digest, leaves: value["leaves"]?.object ?? [:]))
        } else {
            check = .content(nil)
        }
        self.init(callID: callID, tool: tool, arguments: arguments, check: check)
    }

    var members: JSONObject {
        var object: JSONObject = ["call": .string(callID), "tool": .string(tool), "arguments": arguments]
        switch check {
        case .mentions(let texts): object["mentions"] = .array(texts.map { .string($0) })
        case .content(nil): break
        case .content(let fingerprint?):
            object["sha256"] = .string(fingerprint.sha256)
            object["leaves"] = .object(fingerprint.leaves)
        }
        return object
    }

    /// What is wrong with a live result, in words that name the place; nil when it is as recorded.
    func difference(from content: String, ignores: [String]) -> String? {
        switch check {
        case .mentions(let texts):
            let missing = texts.filter { !content.contains($0) }
            return missing.isEmpty ? nil : "it no longer mentions \(missing.joined(separator: ", "))"
        case .content(nil): return "the recording has no fingerprint of it yet; record it again from a live run"
        case .content(let fingerprint?): return fingerprint.difference(from: content, ignores: ignores)
        }
    }
}
