/// Something that happens while a model answers, in the order it happens.
package enum ModelEvent: Sendable, Hashable {
    /// Nothing has come yet, and the request will be sent again after a pause.
    case retry(ModelRetry)
    /// More of the answer.
    case text(String)
    /// More of what the model thinks before it answers, where the provider shows it.
    case reasoning(String)
    /// The model has begun to write a call; it is run only when the reply is finished.
    case toolCallStarted(index: Int, name: String)
    /// More of a call's arguments.
    case toolCallArguments(index: Int, fragment: String)
    /// What this call of the model cost. Comes before the end, and also before an error when tokens were spent.
    case usage(ModelUsage)
    /// The whole reply; the last event.
    case finished(ModelReply)
}

/// An attempt that failed before its answer began.
package struct ModelRetry: Sendable, Hashable {
    /// The number of the coming retry, from 1.
    package var attempt: Int
    /// Seconds until then.
    package var delay: Double
    /// What went wrong.
    package var reason: String

    package init(attempt: Int, delay: Double, reason: String) {
        self.attempt = attempt
        self.delay = delay
        self.reason = reason
    }
}

/// A model's complete answer.
package struct ModelReply: Sendable, Hashable {
    /// Why the model stopped.
    package enum FinishReason: Sendable, Hashable {
        /// It had said everything.
        case stop
        /// It waits for the results of its calls.
        case toolCalls
        /// Its output limit cut it off.
        case outputLimit
        /// A filter of the provider cut it off.
        case contentFilter
        /// It declined.
        case refusal
        /// A reason this program does not know.
        case other(String)
    }

    package var finish: FinishReason
    /// What it said, in order.
    package var items: [ModelItem]
    /// Names of calls that were cut off, or that came where none were allowed; they must not run.
    package var droppedCalls: [String]
    package var usage: ModelUsage

    package init(
        finish: FinishReason,
        items: [ModelItem],
        droppedCalls: [String] = [],
        usage: ModelUsage = ModelUsage()
    ) {
        self.finish = finish
        self.items = items
        self.droppedCalls = droppedCalls
        self.usage = usage
    }

    /// The words for the reader, refusals included.
    package var text: String {
        var text = ""
        for item in items {
            switch item {
            case .text(let words), .refusal(let words): text += words
            case .reasoning, .toolCall, .compaction: break
            }
        }
        return text
    }

    /// The calls, in the order the model wrote them.
    package var toolCalls: [ModelToolCall] {
        items.compactMap { if case .toolCall(let call) = $0 { call } else { nil } }
    }
}
