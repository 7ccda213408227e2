/// A model that answers conversations, one streamed reply at a time.
package protocol LanguageModel: Sendable {
    /// The model as people name it, such as `openai-chat:gpt-x`.
    var name: String { get }

    /// The format in which conversations for this model are kept.
    var dialect: any ModelDialect { get }

    /// Asks for the next reply. Nothing is sent before the first event is asked for.
    ///
    /// The stream ends with ``ModelEvent/finished(_:)``, or throws ``ModelError``, or `CancellationError` when the task
    /// was cancelled. A stream that ends in any other way is not an answer.
    func events(for request: ModelRequest) -> ModelEventStream
}

/// How a provider wants messages and tools written.
package protocol ModelDialect: Sendable {
    /// Appends what a person said, as one message without a comma.
    func appendUser(_ text: String, to bytes: inout [UInt8])

    /// Appends a reply and the results of its calls as messages separated by commas.
    ///
    /// `results` has exactly one result for each call, in order.
    func appendReply(_ items: [ModelItem], results: [ModelToolResult], to bytes: inout [UInt8])

    /// The JSON array that offers the tools, in the order given.
    func encode(tools: [ModelTool], names: ToolNames) -> [UInt8]
}

/// The events of one reply; read once, by one reader.
package struct ModelEventStream: AsyncSequence, Sendable {
    package typealias Element = ModelEvent

    private let start: @Sendable () -> any ModelExchange

    /// A stream from a function that makes the exchange behind it.
    package init(_ start: @escaping @Sendable () -> any ModelExchange) {
        self.start = start
    }

    package func makeAsyncIterator() -> Iterator { Iterator(exchange: start()) }

    package struct Iterator: AsyncIteratorProtocol {
        let exchange: any ModelExchange

        package mutating func next() async throws -> ModelEvent? { try await exchange.next() }
    }
}

/// One request and the reading of its reply.
///
/// Dropping it stops the sender.
package protocol ModelExchange: AnyObject {
    /// The next event; nil after the last.
    func next() async throws -> ModelEvent?
}
