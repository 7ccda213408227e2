/// Writes an event stream (WHATWG HTML, section 9.2).
package enum EventStreamSerializer {
    /// The value of `Content-Type` for what this writes.
    package static let contentType = "text/event-stream"

    /// The bytes of one event, its blank line included.
    ///
    /// A line break in the data begins another `data` line, as it has to; one in the name or the identifier, where there is
    /// no way to write it, ends the value.
    package static func bytes(of event: ServerSentEvent) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(event.data.count + 16)
        append(event, to: &bytes)
        return bytes
    }

    /// Appends one event, its blank line included; see ``bytes(of:)``.
    package static func append(_ event: ServerSentEvent, to bytes: inout [UInt8]) {
        if let name = event.name { field("event", firstLine(name), to: &bytes) }
        if let id = event.id { field("id", firstLine(id), to: &bytes) }
        if let retry = event.retry { field("retry", String(retry), to: &bytes) }
        var line = event.data[...]
        while true {
            bytes.append(contentsOf: "data: ".utf8)
            guard let end = line.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) else { break }
            bytes.append(contentsOf: line[..<end])
            bytes.append(0x0A)
            let isPair = line[end] == 0x0D && end + 1 < line.endIndex && line[end + 1] == 0x0A
            line = line[(end + (isPair ? 2 : 1))...]
        }
        bytes.append(contentsOf: line)
        bytes.append(contentsOf: [0x0A, 0x0A])
    }

    /// A comment, which clients skip; keeps a quiet connection alive.
    package static func comment(_ text: String = "") -> [UInt8] {
        Array(": \(firstLine(text))\n\n".utf8)
    }

    private static func field(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "\(name): \(value)\n".utf8)
    }

    private static func firstLine(_ text: String) -> String {
        String(text.unicodeScalars.prefix { $0 != "\n" && $0 != "\r" && $0 != "\0" })
    }
}
