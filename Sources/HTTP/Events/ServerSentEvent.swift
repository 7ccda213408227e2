/// One event of an event stream (WHATWG HTML, section 9.2 "Server-sent events").
package struct ServerSentEvent: Sendable, Hashable {
    /// The event's type; nil where the stream gave none, which means `message`.
    package var name: String?
    /// The data, its lines joined by line feeds; bytes, because most of it is JSON that is parsed next.
    package var data: [UInt8]
    /// The last event identifier at the time of this event.
    package var id: String?
    /// Milliseconds that the sender wants a client to wait before it connects again.
    package var retry: Int?

    package init(name: String? = nil, data: [UInt8], id: String? = nil, retry: Int? = nil) {
        self.name = name
        self.data = data
        self.id = id
        self.retry = retry
    }

    package init(name: String? = nil, text: String, id: String? = nil, retry: Int? = nil) {
        self.init(name: name, data: Array(text.utf8), id: id, retry: retry)
    }

    /// The data as text; bytes that are not UTF-8 become U+FFFD.
    package var text: String { String(decoding: data, as: UTF8.self) }
}
