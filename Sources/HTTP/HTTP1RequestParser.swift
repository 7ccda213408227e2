/// Reads the requests of one connection, by the strict reading of RFC 9112: bytes in, requests out.
///
/// What two readers could understand differently is refused: bare CR or LF, folded fields, a space before a colon, both
/// framings at once, lists in `Content-Length`. A refusal is final, because the place where the next request would
/// start is not known.
package struct HTTP1RequestParser: Sendable {
    /// How much a request may contain.
    package struct Limits: Sendable, Hashable {
        /// Bytes of request line and fields, and of a chunked body's trailer.
        package var headSize = 32 << 10
        /// The number of fields.
        package var fieldCount = 128
        /// Bytes of body.
        package var bodySize = 4 << 20

        package init() {}
    }

    /// What became of the bytes so far.
    package enum Step: Sendable {
        /// More bytes are needed.
        case incomplete
        /// The client waits for `100 Continue` before it sends the body; told once.
        case expectsContinue
        /// A request is complete; the next may follow in what has been appended.
        case request(HTTP1Request)
    }

    private enum State: Sendable {
        case head
        case fixed(remaining: Int)
        case chunkSize
        case chunk(remaining: Int)
        case chunkEnd
        case trailer(size: Int)
        case refused(HTTP1Refusal)
    }

    /// A chunk's size with its extensions.
    private static let chunkLineLimit = 256

    private let limits: Limits
    private var state = State.head
    private var buffer: [UInt8] = []
    private var start = 0
    /// Where the search for the next line feed goes on.
    private var scanned = 0
    private var lineStart = 0
    private var head: HTTP1RequestHead?
    private var body: [UInt8] = []

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Whether the connection is between two requests, with nothing of the next one there.
    package var isIdle: Bool { head == nil && start == buffer.count }

    /// Whether fields are still missing: the sender has not yet said what it wants.
    package var isInHead: Bool { head == nil }

    /// Bytes that have been appended and not yet understood.
    package var backlog: Int { buffer.count - start }

    /// Takes bytes from the connection.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if start > 0 {
            buffer.removeFirst(start)
            scanned -= start
            lineStart -= start
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// Goes on reading.
    ///
    /// - Throws: ``HTTP1Refusal``; the same one each time from then on.
    package mutating func next() throws(HTTP1Refusal) -> Step {
        do {
            return try advance()
        } catch {
            state = .refused(error)
            throw error
        }
    }

    private mutating func advance() throws(HTTP1Refusal) -> Step {
        while true {
            switch state {
            case .head:
                guard try readHead() else { return .incomplete }
                if head?.expectsContinue == true, start == buffer.count, !isComplete { return .expectsContinue }
            case .fixed(let remaining):
                take(remaining)
                guard case .fixed(remaining: 0) = state else { return .incomplete }
                return .request(finish())
            case .chunkSize:
                guard let line = try readLine(limit: HTTP1RequestParser.chunkLineLimit, status: 400) else {
                    return .incomplete
                }
                let size = try chunkSize(line)
                guard size <= limits.bodySize - body.count else { throw tooLarge }
                state = size == 0 ? .trailer(size: 0) : .chunk(remaining: size)
            case .chunk(let remaining):
                take(remaining)
                guard case .chunk(remaining: 0) = state else { return .incomplete }
                state = .chunkEnd
            case .chunkEnd:
                guard let line = try readLine(limit: 2, status: 400) else { return .incomplete }
                guard line.isEmpty else { throw HTTP1Refusal(400, "a chunk is longer than its size") }
                state = .chunkSize
            case .trailer(let size):
                guard let line = try readLine(limit: limits.headSize - size, status: 431) else { return .incomplete }
                if line.isEmpty { return .request(finish()) }
                // Trailers are checked and dropped: nothing here may depend on what comes after the body.
                guard let colon = buffer[line].firstIndex(of: 0x3A), colon > line.lowerBound,
                    buffer[line.lowerBound..<colon].allSatisfy({ HTTP1Grammar.isToken($0) }),
                    buffer[colon..<line.upperBound].allSatisfy({ HTTP1Grammar.isFieldValue($0) })
                else { throw HTTP1Refusal(400, "a trailer field is malformed") }
                state = .trailer(size: size + line.count + 2)
            case .refused(let refusal): throw refusal
            }
        }
    }

    private var tooLarge: HTTP1Refusal {
        HTTP1Refusal(413, "the body is longer than \(limits.bodySize) bytes")
    }

    private var isComplete: Bool {
        if case .fixed(remaining: 0) = state { return true }
        return false
    }

    /// Reads request line and fields; false when they are not all there.
    private mutating func readHead() throws(HTTP1Refusal) -> Bool {
        while let feed = findLineFeed() {
            guard feed > lineStart, buffer[feed - 1] == 0x0D else {
                throw HTTP1Refusal(400, "a line does not end with CR LF")
            }
            scanned = feed + 1
            let isEmpty = feed == lineStart + 1
            if isEmpty, lineStart == start {
                // Empty lines before a request are skipped, because old clients send one after a body.
                start = feed + 1
                lineStart = start
                continue
            }
            lineStart = feed + 1
            guard lineStart - start <= limits.headSize else { break }
            guard isEmpty else { continue }
            let range = start..<lineStart
            let limit = limits.fieldCount
            let parsed: Result<HTTP1RequestHead, HTTP1Refusal> = buffer.withUnsafeBufferPointer { bytes in
                do throws(HTTP1Refusal) {
                    let bytes = UnsafeBufferPointer(rebasing: bytes[range])
                    return .success(try HTTP1RequestHead(parsing: bytes, fieldLimit: limit))
                } catch {
                    return .failure(error)
                }
            }
            let head = try parsed.get()
            self.head = head
            start = lineStart
            switch head.framing {
            case .none: state = .fixed(remaining: 0)
            case .length(let length):
                guard length <= limits.bodySize else { throw tooLarge }
                state = .fixed(remaining: length)
            case .chunked: state = .chunkSize
            }
            return true
        }
        guard buffer.count - start <= limits.headSize else {
            throw HTTP1Refusal(431, "the request line and fields are longer than \(limits.headSize) bytes")
        }
        return false
    }

    private mutating func findLineFeed() -> Int? {
        let from = scanned
        let found = buffer.withUnsafeBufferPointer { bytes -> Int? in
            var index = from
            while index < bytes.count {
                if bytes[index] == 0x0A { return index }
                index += 1
            }
            return nil
        }
        if found == nil { scanned = buffer.count }
        return found
    }

    /// Reads a line of the chunked coding and gives the place of its content; nil when it is not all there.
    private mutating func readLine(limit: Int, status: Int) throws(HTTP1Refusal) -> Range<Int>? {
        guard let feed = findLineFeed() else {
            guard buffer.count - start <= limit else { throw HTTP1Refusal(status, "a line of the body is too long") }
            return nil
        }
        guard feed > start, buffer[feed - 1] == 0x0D else {
            throw HTTP1Refusal(400, "a line of the body does not end with CR LF")
        }
        guard feed + 1 - start <= limit else { throw HTTP1Refusal(status, "a line of the body is too long") }
        let line = start..<feed - 1
        start = feed + 1
        scanned = start
        lineStart = start
        return line
    }

    private func chunkSize(_ line: Range<Int>) throws(HTTP1Refusal) -> Int {
        var size = 0
        var index = line.lowerBound
        while index < line.upperBound {
            let byte = buffer[index]
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: digit = 16
            }
            if digit == 16 { break }
            guard index - line.lowerBound < 8 else { throw tooLarge }
            size = size << 4 | Int(digit)
            index += 1
        }
        let refusal = HTTP1Refusal(400, "a chunk's size is not a hexadecimal number")
        guard index > line.lowerBound else { throw refusal }
        guard index == line.upperBound || buffer[index] == 0x3B else { throw refusal }
        guard buffer[index..<line.upperBound].allSatisfy({ HTTP1Grammar.isFieldValue($0) }) else { throw refusal }
        return size
    }

    /// Moves what is there of the next `remaining` bytes into the body.
    private mutating func take(_ remaining: Int) {
        let count = min(remaining, buffer.count - start)
        if count > 0 {
            if body.isEmpty, count == remaining {
                body = Array(buffer[start..<start + count])
            } else {
                body.append(contentsOf: buffer[start..<start + count])
            }
            start += count
            scanned = start
            lineStart = start
        }
        if case .chunk = state {
            state = .chunk(remaining: remaining - count)
        } else {
            state = .fixed(remaining: remaining - count)
        }
    }

    private mutating func finish() -> HTTP1Request {
        let head = self.head.take()
        let body = self.body
        self.body = []
        state = .head
        if start == buffer.count {
            // A long head or body must not stay with an idle connection.
            buffer.removeAll(keepingCapacity: buffer.capacity <= 4096)
            start = 0
        }
        scanned = start
        lineStart = start
        let request = HTTPRequest(
            method: head?.method ?? "",
            authority: head?.authority ?? "",
            target: head?.target ?? "/",
            fields: head?.fields ?? [:],
            body: body.isEmpty ? .empty : .bytes(body)
        )
        return HTTP1Request(
            request: request,
            minorVersion: head?.minorVersion ?? 1,
            keepsAlive: head?.keepsAlive ?? false
        )
    }
}
