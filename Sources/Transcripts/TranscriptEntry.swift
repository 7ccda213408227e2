package import Basics
package import JSON
package import Tools

/// One line of a run's record: what happened, when, and where the content came from.
package struct TranscriptEvent: Sendable, Hashable {
    /// The number of the event in its run, from 0.
    package var sequence: Int
    package var time: Timestamp
    package var origin: Origin
    package var entry: TranscriptEntry

    package init(sequence: Int, time: Timestamp, origin: Origin, entry: TranscriptEntry) {
        self.sequence = sequence
        self.time = time
        self.origin = origin
        self.entry = entry
    }
}

/// What happened in a run.
package enum TranscriptEntry: Sendable, Hashable {
    /// Somebody said something to the agent.
    case user(text: String)
    /// The model was asked: which, and the digest and size of the conversation that it was sent.
    case modelRequest(model: String, sha256: String, bytes: Int)
    /// The model answered.
    case modelReply(RecordedReply)
    /// A tool is about to run. Arguments that are not JSON are kept as a string.
    case toolCall(id: String, tool: String, arguments: JSONValue)
    /// A tool has run.
    case toolResult(id: String, tool: String, isError: Bool, seconds: Double, result: JSONValue)
    /// What a model call cost, in tokens.
    case usage(input: Int, output: Int, isEstimate: Bool)
    /// Something the person in charge should know, such as a retry or a result that was shortened.
    case notice(text: String)
    /// Something failed.
    case error(code: String, message: String)
    /// The answer to a message ended, for this reason.
    case end(reason: String)
}

/// A model's reply as it is kept in transcripts and recordings.
package struct RecordedReply: Sendable, Hashable {
    /// One part of a reply.
    package enum Item: Sendable, Hashable {
        case text(String)
        case reasoning(String)
        case refusal(String)
        /// `arguments` is the text that the model wrote.
        case toolCall(id: String, name: String, arguments: String)
    }

    /// Why the model stopped, in the words of Chat Completions such as `stop` and `tool_calls`.
    package var finish: String
    package var items: [Item]

    package init(finish: String, items: [Item]) {
        self.finish = finish
        self.items = items
    }

    /// The words for the reader, refusals included.
    package var text: String {
        items.reduce(into: "") { text, item in
            switch item {
            case .text(let words), .refusal(let words): text += words
            case .reasoning, .toolCall: break
            }
        }
    }
}

/// Takes in what happens in a run, in order.
package protocol TranscriptSink: Sendable {
    /// Records an event at the current time.
    ///
    /// Never fails a run: a sink that cannot write remembers why.
    func record(_ entry: TranscriptEntry, origin: Origin)
}
