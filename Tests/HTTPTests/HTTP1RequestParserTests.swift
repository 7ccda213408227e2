import HTTP
import TestSupport
import Testing

struct HTTP1RequestParserTests {
    /// A request as tests compare it.
    private struct Seen: Equatable, CustomStringConvertible {
        var description: String
        var keepsAlive: Bool

        init(_ message: HTTP1Request) {
            let request = message.request
            let fields = request.fields.map { "\($0.name)=\($0.value)" }.joined(separator: "|")
            var body = ""
            if case .bytes(let bytes) = request.body { body = String(decoding: bytes, as: UTF8.self) }
            description = "\(request.method) \(request.authority) \(request.target) \(fields) <\(body)>"
            keepsAlive = message.keepsAlive
        }
    }

    /// What a connection's bytes mean: requests, and at the end perhaps a refusal.
    private struct Outcome: Equatable {
        var requests: [Seen] = []
        var refusal: HTTP1Refusal?
    }

    private func parse(
        _ bytes: [UInt8],
        step: Int,
        limits: HTTP1RequestParser.Limits = HTTP1RequestParser.Limits()
    ) -> Outcome {
        var parser = HTTP1RequestParser(limits: limits)
        var outcome = Outcome()
        var index = 0
        while index < bytes.count {
            let end = min(bytes.count, index + step)
            bytes[index..<end].withUnsafeBytes { parser.append($0) }
            index = end
            do throws(HTTP1Refusal) {
                reading: while true {
                    switch try parser.next() {
                    case .request(let message): outcome.requests.append(Seen(message))
                    case .expectsContinue: continue
                    case .incomplete: break reading
                    }
                }
            } catch {
                outcome.refusal = error
                return outcome
            }
        }
        return outcome
    }

    private func parse(_ text: String, limits: HTTP1RequestParser.Limits = HTTP1RequestParser.Limits()) -> Outcome {
        let bytes = Array(text.utf8)
        let whole = parse(bytes, step: .max, limits: limits)
        #expect(parse(bytes, step: 1, limits: limits) == whole)
        return whole
    }

    private static let connection =
        "\r\nGET /a?b=%20 HTTP/1.1\r\nHost: localhost:80\r\nX:  y z\t\r\nEmpty:\r\n\r\n"
        + "POST /p HTTP/1.1\r\nhost: [::1]:8\r\nContent-Length: 5\r\n\r\nhello"
        + "PUT /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
        + "3\r\nabc\r\n0A;name=\"v\"\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"
        + "GET http://other/x HTTP/1.1\r\nHost: h\r\n\r\n"
        + "GET / HTTP/1.0\r\n\r\n"

    @Test func `requests are read from one buffer and byte by byte alike`() {
        let outcome = parse(Self.connection)
        #expect(outcome.refusal == nil)
        #expect(
            outcome.requests.map(\.description) == [
                "GET localhost:80 /a?b=%20 Host=localhost:80|X=y z|Empty= <>",
                "POST [::1]:8 /p host=[::1]:8|Content-Length=5 <hello>",
                "PUT h /c Host=h|Transfer-Encoding=Chunked <abc0123456789>",
                "GET other /x Host=h <>",
                "GET  /  <>",
            ]
        )
        #expect(outcome.requests.map(\.keepsAlive) == [true, true, true, true, false])
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", true),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", false),
        ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true),
        ("GET / HTTP/1.0\r\n\r\n", false),
    ])
    func `the version and the Connection field decide whether a connection is kept`(text: String, keeps: Bool) {
        #expect(parse(text).requests.map(\.keepsAlive) == [keeps])
    }

    @Test(arguments: [
        // Request line.
        (400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /\r\nHost: a\r\n\r\n"),
        (400, "GET / http/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
        (400, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET http://user@a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        (505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
        (505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".replacing("*", with: "/")),
        // Lines.
        (400, "GET / HTTP/1.1\nHost: a\n\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nX: y\rz\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\n: y\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nX: \u{0}\r\n\r\n"),
        // Host.
        (400, "GET / HTTP/1.1\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
        // Framing.
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n"),
        (400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
        (501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
        (417, "POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n"),
        // Chunks.
        (400, chunked("x\r\n")), (400, chunked("\r\n")), (400, chunked(" 1\r\na\r\n")), (400, chunked("1 \r\na\r\n")),
        (400, chunked("-1\r\na\r\n")), (400, chunked("1\na\r\n")), (400, chunked("1\r\nab\r\n")),
        (400, chunked("1\r\na\n")), (400, chunked("1;\u{1}\r\na\r\n")),
        (400, chunked("1;" + String(repeating: "x", count: 300))),
        (400, chunked("0\r\nbad trailer\r\n\r\n")), (400, chunked("0\r\n x: y\r\n\r\n")),
        (413, chunked("fffffffffffffffff\r\n")), (413, chunked("500001\r\n")),
    ])
    func `what two readers could understand differently is refused`(status: Int, text: String) {
        let outcome = parse(text)
        #expect(outcome.requests == [])
        #expect(outcome.refusal?.status == status, "\(outcome)")
    }

    private static func chunked(_ body: String) -> String {
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    }

    @Test func `equal duplicates of Content-Length are one`() {
        let text = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx"
        #expect(parse(text).requests.count == 1)
    }

    @Test func `each limit holds at its edge`() {
        var limits = HTTP1RequestParser.Limits()
        limits.headSize = 64
        limits.bodySize = 4
        limits.fieldCount = 2
        func status(_ text: String) -> Int? {
            let outcome = parse(text, limits: limits)
            return outcome.requests.isEmpty ? outcome.refusal?.status : 200
        }
        let line = "GET / HTTP/1.1\r\nHost: a\r\n"
        let room = 64 - line.utf8.count - 7
        #expect(status(line + "X: " + String(repeating: "x", count: room) + "\r\n\r\n") == 200)
        #expect(status(line + "X: " + String(repeating: "x", count: room + 1) + "\r\n\r\n") == 431)
        #expect(status("GET /" + String(repeating: "x", count: 100)) == 431)
        #expect(status(line + "X: y\r\n\r\n") == 200)
        #expect(status(line + "X: y\r\nX: y\r\n\r\n") == 431)
        #expect(status("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n1234") == 200)
        #expect(status("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n") == 413)
        limits.headSize = 1000
        #expect(status(Self.chunked("3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n")) == 200)
        #expect(status(Self.chunked("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")) == 413)
        limits.headSize = 70
        #expect(status(Self.chunked("0\r\na: b\r\n\r\n")) == 200)
        #expect(status(Self.chunked("0\r\na: " + String(repeating: "b", count: 70) + "\r\n\r\n")) == 431)
    }

    @Test func `a client that waits for permission is told of once`() throws {
        var parser = HTTP1RequestParser()
        let head = Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n".utf8)
        head.withUnsafeBytes { parser.append($0) }
        guard case .expectsContinue = try parser.next() else { throw Unexpected() }
        guard case .incomplete = try parser.next() else { throw Unexpected() }
        Array("ab".utf8).withUnsafeBytes { parser.append($0) }
        guard case .request = try parser.next() else { throw Unexpected() }
        #expect(parser.isIdle)
    }

    private struct Unexpected: Error {}

    @Test func `a refusal is final`() {
        var parser = HTTP1RequestParser()
        Array("GET\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8).withUnsafeBytes { parser.append($0) }
        #expect(throws: HTTP1Refusal.self) { try parser.next() }
        #expect(throws: HTTP1Refusal.self) { try parser.next() }
    }

    @Test func `damaged input is read the same however it is cut, and never as more requests than were sent`() {
        var random = SeededGenerator(seed: 2026)
        let original = Array(Self.connection.utf8)
        let alphabet = Array("\r\n :;,0a\u{0}\t".utf8) + [0xFF]
        for _ in 0..<3000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = alphabet.randomElement(using: &random) ?? 0
                case 1: bytes.remove(at: index)
                default: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: index)
                }
            }
            let whole = parse(bytes, step: .max)
            let cut = parse(bytes, step: Int.random(in: 1...9, using: &random))
            #expect(whole == cut)
            #expect(whole.requests.count <= 5)
        }
    }
}
