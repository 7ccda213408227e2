import HTTP
import TestSupport
import Testing

@Suite struct EventStreamTests {
    /// Every event of a stream that comes in chunks of `size` bytes.
    private func events(_ stream: [UInt8], chunk size: Int, maximumEventSize: Int = 1 << 16) throws -> [ServerSentEvent]
    {
        var parser = EventStreamParser(maximumEventSize: maximumEventSize)
        var events: [ServerSentEvent] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            parser.push(stream[start..<min(start + size, stream.count)])
            while let event = try parser.next() { events.append(event) }
        }
        return events
    }

    private func expect(_ text: String, _ expected: [ServerSentEvent], at location: SourceLocation = #_sourceLocation)
        throws
    {
        for size in [1, 2, 3, 7, max(1, text.utf8.count)] {
            #expect(try events(Array(text.utf8), chunk: size) == expected, sourceLocation: location)
        }
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `lines end with LF, CRLF or CR`(_ end: String) throws {
        let stream = ["event: add", "data: one", "data: two", "id: 7", "", "data: three", "", ""]
        try expect(
            stream.joined(separator: end),
            [
                ServerSentEvent(name: "add", text: "one\ntwo", id: "7"), ServerSentEvent(text: "three", id: "7"),
            ]
        )
    }

    @Test func `an event after a lone CR does not wait for the next byte`() throws {
        var parser = EventStreamParser()
        parser.push(Array("data: x\r\r".utf8))
        #expect(try parser.next() == ServerSentEvent(text: "x"))
        parser.push(Array("\ndata: y\r\n\r".utf8))
        #expect(try parser.next() == ServerSentEvent(text: "y"))
    }

    @Test func `a byte order mark at the start is dropped, and only there`() throws {
        try expect("\u{FEFF}data: a\n\n\u{FEFF}data: b\n\ndata: c\n\n", [.init(text: "a"), .init(text: "c")])
    }

    @Test func `comments and unknown fields are skipped`() throws {
        try expect(": keep-alive\n\nfoo: bar\n: x\ndata: a\nnonsense\n\n", [.init(text: "a")])
    }

    @Test func `one space after the colon is not part of the value`() throws {
        try expect("data:a\n\ndata:  b\n\ndata\n\n", [.init(text: "a"), .init(text: " b"), .init(text: "")])
    }

    @Test func `an event without data is not dispatched and does not leak its name`() throws {
        try expect("event: ping\n\ndata: a\n\n", [.init(text: "a")])
    }

    @Test func `an event that the stream ends in is dropped`() throws {
        try expect("data: a\n\ndata: b\n", [.init(text: "a")])
        try expect("data: a\n\ndata: b", [.init(text: "a")])
    }

    @Test func `characters split between chunks stay whole`() throws {
        try expect("data: Zoë 🦊 漢字\n\n", [.init(text: "Zoë 🦊 漢字")])
    }

    @Test func `an identifier with NUL is ignored, retry takes digits only`() throws {
        try expect(
            "id: 1\ndata: a\n\nid: 2\0\nretry: 5x\ndata: b\n\n",
            [.init(text: "a", id: "1"), .init(text: "b", id: "1")]
        )
        try expect("retry: 250\ndata: a\n\n", [.init(text: "a", retry: 250)])
    }

    @Test(arguments: ["data: 0123456789", "data: 012345\ndata: 6789", "x0123456789012345"])
    func `an event past its limit is refused before it ends`(_ text: String) {
        #expect(throws: HTTPError.self) {
            try events(Array(text.utf8) + [0x0A], chunk: 1, maximumEventSize: 10)
        }
    }

    @Test func `an event at its limit is accepted`() throws {
        #expect(try events(Array("data: 0123\n\n".utf8), chunk: 1, maximumEventSize: 10) == [.init(text: "0123")])
    }

    @Test func `what the serializer writes is read back, whatever the chunks`() throws {
        var generator = SeededGenerator(seed: 7)
        let alphabet: [String] = ["a", ":", " ", "\n", "data", "é", "🦊", "{", "\\", "id: "]
        for _ in 0..<300 {
            let written = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                let text = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
                }
                return ServerSentEvent(
                    name: Bool.random(using: &generator) ? "delta" : nil,
                    text: text.joined(),
                    id: "9",
                    retry: Bool.random(using: &generator) ? 10 : nil
                )
            }
            let stream = written.flatMap { EventStreamSerializer.comment("x") + EventStreamSerializer.bytes(of: $0) }
            let size = Int.random(in: 1...9, using: &generator)
            #expect(try events(stream, chunk: size) == written)
        }
    }

    @Test func `random bytes never break the parser and chunking never changes the events`() throws {
        var generator = SeededGenerator(seed: 11)
        let alphabet = Array("data: event\r\n\n\r:id\u{FEFF}\0x".utf8)
        for _ in 0..<500 {
            let stream = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            let whole = try events(stream, chunk: max(1, stream.count))
            #expect(try events(stream, chunk: 1) == whole)
            #expect(try events(stream, chunk: 3) == whole)
        }
    }

    @Test func `line breaks cannot be smuggled in through a name or an identifier`() throws {
        let bytes = EventStreamSerializer.bytes(of: .init(name: "a\ndata: evil", text: "ok", id: "1\r\n\r\nx"))
        #expect(try events(bytes, chunk: 1) == [.init(name: "a", text: "ok", id: "1")])
    }
}
