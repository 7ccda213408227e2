import Basics
import JSON

/// A body of `multipart/form-data` (RFC 7578), as two operations take it instead of a handle.
struct AshbyForm {
    struct File {
        var filename: String
        var content: [UInt8]
    }

    private(set) var values: JSONObject = [:]
    private(set) var files: [String: File] = [:]

    /// The form in a body, nil where it is none.
    init?(_ body: [UInt8], contentType: String) {
        guard contentType.lowercased().hasPrefix("multipart/form-data"),
            let at = contentType.firstRange(of: "boundary=")
        else { return nil }
        let boundary = contentType[at.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" }
        // Every line that separates starts with a line break, but for the first.
        var rest = ([0x0D, 0x0A] + body)[...]
        let marker = Array("\r\n--\(boundary)".utf8)
        guard let start = rest.firstRange(of: marker) else { return nil }
        rest = rest[start.upperBound...]
        while !rest.starts(with: Array("--".utf8)) {
            guard let end = rest.firstRange(of: marker) else { return nil }
            guard read(rest[..<end.lowerBound]) else { return nil }
            rest = rest[end.upperBound...]
        }
    }

    private mutating func read(_ part: ArraySlice<UInt8>) -> Bool {
        guard let split = part.firstRange(of: Array("\r\n\r\n".utf8)) else { return false }
        let head = String(decoding: part[..<split.lowerBound], as: UTF8.self)
        guard let name = AshbyForm.parameter(" name=", in: head) else { return false }
        let content = Array(part[split.upperBound...])
        if let filename = AshbyForm.parameter("filename=", in: head) {
            files[name] = File(filename: filename, content: content)
        } else {
            values[name] = .string(String(decoding: content, as: UTF8.self))
        }
        return true
    }

    private static func parameter(_ name: String, in head: String) -> String? {
        guard let at = head.firstRange(of: name + "\"") else { return nil }
        return String(head[at.upperBound...].prefix { $0 != "\"" })
    }
}
