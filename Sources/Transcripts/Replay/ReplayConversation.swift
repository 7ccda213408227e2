import JSON

/// Holds the messages of a request against a recording and finds what the model says next; does no I/O.
struct ReplayConversation {
    /// What a request does not have in common with the recording.
    struct Mismatch: Error, Hashable {
        var message: String
        /// Where in the request, as a JSON Pointer.
        var pointer: String
    }

    let recording: Recording
    /// Whether live results must be as recorded; otherwise they become the new record.
    let verifiesResults: Bool
    /// The results that were seen, by position in the recording.
    private(set) var seen: [Int: String] = [:]

    init(recording: Recording, verifiesResults: Bool) {
        self.recording = recording
        self.verifiesResults = verifiesResults
    }

    /// The reply that follows these messages.
    mutating func reply(to messages: [JSONValue]) throws(Mismatch) -> RecordedReply {
        var step = 0
        for (position, message) in messages.enumerated() {
            let pointer = "/messages/\(position)"
            let role = message["role"]?.string ?? ""
            if role == "system" || role == "developer" { continue }
            guard step < recording.steps.count else { throw ended(pointer) }
            switch (role, recording.steps[step]) {
            case ("user", .user(let text)):
                guard trimmed(message["content"]?.string ?? "") == trimmed(text) else {
                    throw Mismatch(
                        message: "the recording '\(recording.name)' goes on with the question \"\(text)\"; "
                            + "connect a model to ask anything else",
                        pointer: pointer
                    )
                }
            case ("assistant", .reply(let reply)): try compare(message, reply, pointer)
            case ("tool", .result(let result)):
                guard message["tool_call_id"]?.string == result.callID else {
                    throw Mismatch(
                        message: "a result of call \(message["tool_call_id"]?.string ?? "?") came where the result of "
                            + "\(result.callID) (\(result.tool)) has to be",
                        pointer: pointer
                    )
                }
                try check(message["content"]?.string ?? "", result, pointer)
                seen[step] = message["content"]?.string ?? ""
            case (_, let expected):
                throw Mismatch(
                    message: "a message of role '\(role)' came where the recording has \(name(expected))",
                    pointer: pointer
                )
            }
            step += 1
        }
        guard step < recording.steps.count else { throw ended("/messages") }
        guard case .reply(let reply) = recording.steps[step] else {
            throw Mismatch(
                message: "the request ends where the recording has \(name(recording.steps[step]))",
                pointer: "/messages"
            )
        }
        return reply
    }

    private func compare(_ message: JSONValue, _ reply: RecordedReply, _ pointer: String) throws(Mismatch) {
        guard message["content"]?.string ?? "" == reply.text else {
            throw Mismatch(message: "an earlier answer is not what was said", pointer: pointer + "/content")
        }
        var calls: [(id: String, name: String, arguments: String)] = []
        for case .toolCall(let id, let name, let arguments) in reply.items { calls.append((id, name, arguments)) }
        let sent = message["tool_calls"]?.array ?? []
        guard sent.count == calls.count else {
            throw Mismatch(
                message: "an earlier answer has \(sent.count) calls instead of \(calls.count)",
                pointer: pointer + "/tool_calls"
            )
        }
        for (index, call) in calls.enumerated() {
            let arguments = sent[index]["function"]?["arguments"]?.string ?? ""
            guard sent[index]["id"]?.string == call.id, sent[index]["function"]?["name"]?.string == call.name,
                let live = try? JSONParser.parse(arguments), live == (try? JSONParser.parse(call.arguments))
            else {
                throw Mismatch(
                    message: "the call \(call.id) (\(call.name)) is not what was said",
                    pointer: pointer + "/tool_calls/\(index)"
                )
            }
        }
    }

    private func check(_ content: String, _ result: RecordedResult, _ pointer: String) throws(Mismatch) {
        // What must be mentioned is checked while recording too: the words after it could not follow otherwise.
        if !verifiesResults, case .content = result.check { return }
        guard let difference = result.difference(from: content, ignores: recording.ignores) else { return }
        let arguments = JSONWriter.text(of: result.arguments)
        throw Mismatch(
            message: "the result of \(result.tool) (\(result.callID)) is not what the recorded words rest on: "
                + "\(difference). The call was \(result.tool) \(arguments.prefix(300))",
            pointer: pointer + "/content"
        )
    }

    private func ended(_ pointer: String) -> Mismatch {
        Mismatch(
            message: "the recording '\(recording.name)' ends here; connect a model to go on: set OPENAI_API_KEY, or "
                + "SWITCHBOARD_MODEL=openai-chat:MODEL@BASE_URL for a server of your own",
            pointer: pointer
        )
    }

    private func trimmed(_ text: String) -> Substring {
        var text = text[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return text.drop { $0.isWhitespace }
    }

    private func name(_ step: Recording.Step) -> String {
        switch step {
        case .user: "a question of the user"
        case .reply: "an answer of the model"
        case .result(let result): "the result of \(result.tool) (\(result.callID))"
        }
    }
}
