/// The request line and fields of a request, checked by the rules of RFC 9112.
struct HTTP1RequestHead: Sendable {
    /// How the end of the body is found (RFC 9112 section 6.3).
    enum Framing: Sendable, Hashable {
        case none
        case length(Int)
        case chunked
    }

    var method = ""
    var target = ""
    var authority = ""
    var fields = HTTPFields()
    var minorVersion = 1
    var framing = Framing.none
    var keepsAlive = true
    var expectsContinue = false

    private var length: Int?
    private var isChunked = false
    private var hostCount = 0
    private var asksToClose = false
    private var asksToKeepAlive = false

    /// Reads a head from its first byte to its empty line; every line ends with CR LF.
    init(parsing bytes: UnsafeBufferPointer<UInt8>, fieldLimit: Int) throws(HTTP1Refusal) {
        var line = HTTP1RequestHead.line(bytes, from: 0)
        let authorityInTarget = try readRequestLine(UnsafeBufferPointer(rebasing: bytes[line]))
        while true {
            line = HTTP1RequestHead.line(bytes, from: line.upperBound + 2)
            if line.isEmpty { break }
            guard fields.count < fieldLimit else { throw HTTP1Refusal(431, "the request has too many fields") }
            try readField(UnsafeBufferPointer(rebasing: bytes[line]))
        }
        if minorVersion == 1 && hostCount == 0 { throw HTTP1Refusal(400, "the request has no Host field") }
        if let authorityInTarget { authority = authorityInTarget }
        if isChunked {
            guard length == nil else {
                throw HTTP1Refusal(400, "the request has both Content-Length and Transfer-Encoding")
            }
            guard minorVersion == 1 else { throw HTTP1Refusal(400, "HTTP/1.0 has no Transfer-Encoding") }
            framing = .chunked
        } else if let length, length > 0 {
            framing = .length(length)
        }
        keepsAlive = !asksToClose && (minorVersion == 1 || asksToKeepAlive)
        if minorVersion == 0 { expectsContinue = false }
    }

    /// The line that starts at an offset, without its CR LF.
    private static func line(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int> {
        var end = start
        while end < bytes.count && bytes[end] != 0x0A { end += 1 }
        return start..<max(start, end - 1)
    }

    /// Returns the authority of an absolute target (RFC 9112 section 3.2.2).
    private mutating func readRequestLine(_ line: UnsafeBufferPointer<UInt8>) throws(HTTP1Refusal) -> String? {
        var end = 0
        while end < line.count && HTTP1Grammar.isToken(line[end]) { end += 1 }
        guard end > 0, end < line.count, line[end] == 0x20 else {
            throw HTTP1Refusal(400, "the request line does not start with a method")
        }
        method = text(line[..<end])
        let start = end + 1
        end = start
        while end < line.count && line[end] > 0x20 && line[end] < 0x7F && line[end] != 0x23 { end += 1 }
        guard end > start, end < line.count, line[end] == 0x20 else {
            throw HTTP1Refusal(400, "the request target is empty or has a character that must be percent-encoded")
        }
        try readVersion(UnsafeBufferPointer(rebasing: line[(end + 1)...]))
        if line[start] == 0x2F {
            target = text(line[start..<end])
            return nil
        }
        let absolute = text(line[start..<end])
        guard let parts = try? HTTPRequest(url: absolute), HTTP1Grammar.isAuthority(parts.authority) else {
            throw HTTP1Refusal(400, "the request target is neither a path nor a URL")
        }
        target = parts.target
        return parts.authority
    }

    private mutating func readVersion(_ version: UnsafeBufferPointer<UInt8>) throws(HTTP1Refusal) {
        let refusal = HTTP1Refusal(400, "the request line does not end with an HTTP version")
        guard version.count == 8 else { throw refusal }
        for (byte, expected) in zip(version, "HTTP/".utf8) where byte != expected { throw refusal }
        guard version[5] >= 0x30, version[5] <= 0x39, version[6] == 0x2E, version[7] >= 0x30, version[7] <= 0x39 else {
            throw refusal
        }
        guard version[5] == 0x31, version[7] <= 0x31 else {
            throw HTTP1Refusal(505, "only HTTP/1.1 and HTTP/1.0 are spoken here")
        }
        minorVersion = Int(version[7] - 0x30)
    }

    private mutating func readField(_ line: UnsafeBufferPointer<UInt8>) throws(HTTP1Refusal) {
        var end = 0
        while end < line.count && HTTP1Grammar.isToken(line[end]) { end += 1 }
        guard end > 0, end < line.count, line[end] == 0x3A else {
            let folded = !line.isEmpty && (line[0] == 0x20 || line[0] == 0x09)
            throw HTTP1Refusal(400, folded ? "a field is folded over two lines" : "a field name is not a token")
        }
        var first = end + 1
        var last = line.count
        while first < last && (line[first] == 0x20 || line[first] == 0x09) { first += 1 }
        while last > first && (line[last - 1] == 0x20 || line[last - 1] == 0x09) { last -= 1 }
        let value = UnsafeBufferPointer(rebasing: line[first..<last])
        for byte in value where !HTTP1Grammar.isFieldValue(byte) {
            throw HTTP1Refusal(400, "a field value has a control character")
        }
        let name = text(line[..<end])
        let valueText = text(value[...])
        try interpret(name, valueText)
        fields.append(name, valueText)
    }

    private mutating func interpret(_ name: String, _ value: String) throws(HTTP1Refusal) {
        switch name.utf8.count {
        case 4 where HTTPFields.equal(name, "host"):
            hostCount += 1
            guard hostCount == 1 else { throw HTTP1Refusal(400, "the request has more than one Host field") }
            guard value.isEmpty || HTTP1Grammar.isAuthority(value) else {
                throw HTTP1Refusal(400, "the Host field is not a host")
            }
            authority = value
        case 6 where HTTPFields.equal(name, "expect"):
            guard HTTPFields.equal(value, "100-continue") else {
                throw HTTP1Refusal(417, "the only expectation that is met here is 100-continue")
            }
            expectsContinue = true
        case 10 where HTTPFields.equal(name, "connection"):
            for option in value.split(separator: ",") {
                let option = String(option.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" })
                if HTTPFields.equal(option, "close") { asksToClose = true }
                if HTTPFields.equal(option, "keep-alive") { asksToKeepAlive = true }
            }
        case 14 where HTTPFields.equal(name, "content-length"):
            let digits = value.utf8
            guard !digits.isEmpty, digits.count < 19, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                let count = Int(value), length == nil || length == count
            else { throw HTTP1Refusal(400, "the Content-Length field is not one number") }
            length = count
        case 17 where HTTPFields.equal(name, "transfer-encoding"):
            guard !isChunked else { throw HTTP1Refusal(400, "the request has more than one Transfer-Encoding") }
            guard HTTPFields.equal(value, "chunked") else {
                throw HTTP1Refusal(501, "the only transfer coding that is understood here is chunked")
            }
            isChunked = true
        default: break
        }
    }

    @inline(__always)
    private func text(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes), as: UTF8.self)
    }
}
