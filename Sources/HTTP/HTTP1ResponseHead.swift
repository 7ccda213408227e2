/// Writes the status line and fields of a response (RFC 9112 section 4).
package struct HTTP1ResponseHead: Sendable {
    /// How the client finds the end of the body.
    package enum Framing: Sendable, Hashable {
        /// There is none, and no length is told: 1xx, 204, 304.
        case none
        case length(Int)
        case chunked
        /// The connection closes after it; for HTTP/1.0 clients.
        case untilClose
    }

    package var status: Int
    package var fields: HTTPFields
    package var framing: Framing
    /// Whether the connection is closed after this response.
    package var closes: Bool
    /// The version of the request: 0 or 1.
    ///
    /// An HTTP/1.0 client must be told that the connection stays open.
    package var minorVersion: Int

    package init(status: Int, fields: HTTPFields, framing: Framing, closes: Bool, minorVersion: Int = 1) {
        self.status = status
        self.fields = fields
        self.framing = framing
        self.closes = closes
        self.minorVersion = minorVersion
    }

    /// Whether every field can be written without changing the message's structure.
    package var isValid: Bool {
        guard (200...599).contains(status) else { return false }
        return fields.allSatisfy { HTTP1Grammar.isToken($0.name) && HTTP1Grammar.isFieldValue($0.value) }
    }

    /// Appends the head with its empty line; the fields that frame a message are this type's own business.
    ///
    /// - Parameters:
    ///   - date: A line of the form `Date: …` with its CR LF, or nothing.
    ///   - output: Where to append.
    package func write(date: [UInt8], to output: inout [UInt8]) {
        append("HTTP/1.1 ", &output)
        HTTP1ResponseHead.append(status, &output)
        output.append(0x20)
        append(HTTP1ResponseHead.reason(status), &output)
        append("\r\n", &output)
        output += date
        for field in fields where !isOwn(field.name) {
            append(field.name, &output)
            append(": ", &output)
            append(field.value, &output)
            append("\r\n", &output)
        }
        switch framing {
        case .none, .untilClose: break
        case .length(let length):
            append("Content-Length: ", &output)
            HTTP1ResponseHead.append(length, &output)
            append("\r\n", &output)
        case .chunked: append("Transfer-Encoding: chunked\r\n", &output)
        }
        if closes {
            append("Connection: close\r\n", &output)
        } else if minorVersion == 0 {
            append("Connection: keep-alive\r\n", &output)
        }
        append("\r\n", &output)
    }

    /// Appends the size line of a chunk of a body.
    package static func appendChunkSize(_ size: Int, to output: inout [UInt8]) {
        var shift = (Int.bitWidth - max(1, size).leadingZeroBitCount - 1) / 4 * 4
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: size >> shift) & 15
            output.append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
            shift -= 4
        }
        output.append(0x0D)
        output.append(0x0A)
    }

    private func isOwn(_ name: String) -> Bool {
        switch name.utf8.count {
        case 4: HTTPFields.equal(name, "date")
        case 10: HTTPFields.equal(name, "connection") || HTTPFields.equal(name, "keep-alive")
        case 14: HTTPFields.equal(name, "content-length")
        case 17: HTTPFields.equal(name, "transfer-encoding")
        default: false
        }
    }

    @inline(__always)
    private func append(_ text: String, _ output: inout [UInt8]) {
        output.append(contentsOf: text.utf8)
    }

    private static func append(_ number: Int, _ output: inout [UInt8]) {
        guard number >= 10 else {
            output.append(UInt8(truncatingIfNeeded: 0x30 + number))
            return
        }
        append(number / 10, &output)
        output.append(UInt8(truncatingIfNeeded: 0x30 + number % 10))
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: ""
        }
    }
}
