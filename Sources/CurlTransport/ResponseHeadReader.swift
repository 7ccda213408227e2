import HTTP

/// Collects the status and fields of a response from the lines that libcurl hands over.
struct ResponseHeadReader {
    private(set) var status = 0
    private(set) var fields = HTTPFields()
    /// Whether the final response's fields are complete; interim ones (1xx) have been forgotten.
    private(set) var isComplete = false
    private(set) var size = 0

    /// Takes one line with its line break; false when it is not HTTP.
    mutating func take(_ line: UnsafeRawBufferPointer) -> Bool {
        // What comes after the fields is a trailer; nothing depends on one.
        guard !isComplete else { return true }
        size += line.count
        var end = line.count
        while end > 0, line[end - 1] == 0x0A || line[end - 1] == 0x0D { end -= 1 }
        if end == 0 {
            isComplete = status >= 200
            return true
        }
        let text = UnsafeRawBufferPointer(rebasing: line[..<end])
        if text.starts(with: "HTTP/".utf8) {
            fields = HTTPFields()
            guard let space = text.firstIndex(of: 0x20) else { return false }
            let digits = text[(space + 1)...].prefix(3)
            guard digits.count == 3, let number = Int(String(decoding: digits, as: UTF8.self)), number >= 100 else {
                return false
            }
            status = number
            return true
        }
        guard let colon = text.firstIndex(of: 0x3A), colon > 0 else { return false }
        var first = colon + 1
        var last = end
        while first < last, text[first] == 0x20 || text[first] == 0x09 { first += 1 }
        while last > first, text[last - 1] == 0x20 || text[last - 1] == 0x09 { last -= 1 }
        fields.append(
            String(decoding: text[..<colon], as: UTF8.self),
            String(decoding: text[first..<last], as: UTF8.self)
        )
        return true
    }
}
