/// Reads an event stream (WHATWG HTML, section 9.2.6): bytes go in as they arrive, whole events come out.
///
/// Works on bytes, so that a character split between two chunks stays whole. An event that the stream ends in the middle
/// of is never given out, as the specification wants.
package struct EventStreamParser: Sendable {
    private static let lineFeed: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D

    private let maximumEventSize: Int
    private var buffer: [UInt8] = []
    /// Where the line being read starts in the buffer.
    private var lineStart = 0
    /// How far that line has been searched for its end.
    private var searched = 0
    /// Whether the last line ended with a carriage return, whose line feed may still come.
    private var skipsLineFeed = false
    private var isAtStart = true

    private var name = ""
    private var data: [UInt8] = []
    private var hasData = false
    private var lastID: String?
    private var retry: Int?

    /// A parser that refuses an event, or a line, of more than `maximumEventSize` bytes.
    package init(maximumEventSize: Int = 4 << 20) {
        self.maximumEventSize = maximumEventSize
    }

    /// Adds bytes as they came; they are looked at by ``next()``.
    package mutating func push(_ bytes: [UInt8]) { push(bytes[...]) }

    /// Adds bytes as they came; they are looked at by ``next()``.
    package mutating func push(_ bytes: ArraySlice<UInt8>) {
        if lineStart > 0 {
            buffer.removeFirst(lineStart)
            searched -= lineStart
            lineStart = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole event, or nil until more bytes come.
    ///
    /// - Throws: ``HTTPError`` with code `bodyTooLarge` when an event grows past its limit.
    package mutating func next() throws(HTTPError) -> ServerSentEvent? {
        while let line = try nextLine() {
            if line.isEmpty {
                if let event = dispatch() { return event }
            } else {
                try read(line)
            }
        }
        return nil
    }

    private mutating func nextLine() throws(HTTPError) -> Range<Int>? {
        if isAtStart {
            // One leading byte order mark is dropped; decide only when it cannot be one any more.
            let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
            let present = buffer.prefix(3)
            if present.elementsEqual(mark) {
                lineStart = 3
                searched = 3
            } else if present.count < 3, mark.starts(with: present) {
                return nil
            }
            isAtStart = false
        }
        if skipsLineFeed, lineStart < buffer.count {
            if buffer[lineStart] == EventStreamParser.lineFeed { lineStart += 1 }
            searched = max(searched, lineStart)
            skipsLineFeed = false
        }
        let from = searched
        let found = buffer.withUnsafeBufferPointer { bytes in
            var position = from
            while position < bytes.count {
                let byte = bytes[position]
                if byte == EventStreamParser.lineFeed || byte == EventStreamParser.carriageReturn { return position }
                position += 1
            }
            return -1
        }
        guard found >= 0 else {
            searched = buffer.count
            guard searched - lineStart <= maximumEventSize else { throw tooLarge }
            return nil
        }
        guard found - lineStart <= maximumEventSize else { throw tooLarge }
        let line = lineStart..<found
        // A line that ends with CR is complete at once: waiting for the LF could delay an event for ever.
        skipsLineFeed = buffer[found] == EventStreamParser.carriageReturn
        lineStart = found + 1
        searched = lineStart
        return line
    }

    private mutating func read(_ line: Range<Int>) throws(HTTPError) {
        let colon = buffer[line].firstIndex(of: 0x3A) ?? line.upperBound
        guard colon > line.lowerBound else { return }
        var valueStart = min(colon + 1, line.upperBound)
        if valueStart < line.upperBound, buffer[valueStart] == 0x20 { valueStart += 1 }
        let field = buffer[line.lowerBound..<colon]
        let value = buffer[valueStart..<line.upperBound]
        if field.elementsEqual("data".utf8) {
            guard data.count + value.count < maximumEventSize else { throw tooLarge }
            if hasData { data.append(EventStreamParser.lineFeed) }
            data.append(contentsOf: value)
            hasData = true
        } else if field.elementsEqual("event".utf8) {
            name = String(decoding: value, as: UTF8.self)
        } else if field.elementsEqual("id".utf8) {
            if !value.contains(0) { lastID = String(decoding: value, as: UTF8.self) }
        } else if field.elementsEqual("retry".utf8) {
            if !value.isEmpty, value.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
                retry = Int(String(decoding: value, as: UTF8.self))
            }
        }
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            name = ""
            data = []
            hasData = false
            retry = nil
        }
        guard hasData else { return nil }
        return ServerSentEvent(name: name.isEmpty ? nil : name, data: data, id: lastID, retry: retry)
    }

    private var tooLarge: HTTPError {
        HTTPError(.bodyTooLarge, "an event of the stream is longer than \(maximumEventSize) bytes")
    }
}
