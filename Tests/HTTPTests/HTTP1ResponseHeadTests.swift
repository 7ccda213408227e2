import HTTP
import Testing

struct HTTP1ResponseHeadTests {
    private func text(_ head: HTTP1ResponseHead) -> String {
        var output: [UInt8] = []
        head.write(date: Array("Date: D\r\n".utf8), to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func `a head has the framing that was decided, not the one that a handler wrote`() {
        let fields: HTTPFields = [
            "A": "b", "content-length": "7", "Transfer-Encoding": "x", "Connection": "y", "Date": "z",
            "Keep-Alive": "k",
        ]
        #expect(
            text(HTTP1ResponseHead(status: 200, fields: fields, framing: .length(1024), closes: false))
                == "HTTP/1.1 200 OK\r\nDate: D\r\nA: b\r\nContent-Length: 1024\r\n\r\n"
        )
        #expect(
            text(HTTP1ResponseHead(status: 404, fields: [:], framing: .chunked, closes: true))
                == "HTTP/1.1 404 Not Found\r\nDate: D\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        )
        #expect(
            text(HTTP1ResponseHead(status: 299, fields: [:], framing: .none, closes: false, minorVersion: 0))
                == "HTTP/1.1 299 \r\nDate: D\r\nConnection: keep-alive\r\n\r\n"
        )
    }

    @Test func `a field that would change the message is not valid`() {
        func isValid(_ name: String, _ value: String) -> Bool {
            HTTP1ResponseHead(status: 200, fields: [name: value].fields, framing: .none, closes: false).isValid
        }
        #expect(isValid("X-Y", "a\tb é"))
        #expect(!isValid("X-Y", "a\r\nSet-Cookie: b"))
        #expect(!isValid("X-Y", "a\nb"))
        #expect(!isValid("X-Y", "\u{0}"))
        #expect(!isValid("X Y", "a"))
        #expect(!isValid("", "a"))
        #expect(!HTTP1ResponseHead(status: 99, fields: [:], framing: .none, closes: false).isValid)
    }

    @Test(arguments: [(1, "1"), (9, "9"), (10, "a"), (15, "f"), (16, "10"), (255, "ff"), (65536, "10000")])
    func `a chunk's size is hexadecimal`(size: Int, text: String) {
        var output: [UInt8] = []
        HTTP1ResponseHead.appendChunkSize(size, to: &output)
        #expect(String(decoding: output, as: UTF8.self) == text + "\r\n")
    }
}

extension [String: String] {
    fileprivate var fields: HTTPFields {
        var fields = HTTPFields()
        for (name, value) in self { fields.append(name, value) }
        return fields
    }
}
