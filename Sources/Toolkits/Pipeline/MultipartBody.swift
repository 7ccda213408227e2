import Basics
import JSON

/// A `multipart/form-data` body (RFC 7578).
///
/// Files are given as `{"filename": ..., "data": base64}`; text and numbers become plain fields, anything else a field
/// of JSON. Files come last, because some receivers ignore what follows one.
struct MultipartBody {
    struct Problem: Error {
        var message: String
    }

    let contentType: String
    let bytes: [UInt8]

    /// The schema that callers see where the API takes a file.
    static let fileProperties: JSONValue = [
        "filename": ["type": "string", "minLength": 1, "maxLength": 255, "description": "Name with extension."],
        "data": ["type": "string", "minLength": 4, "description": "The content in base64."],
    ]

    /// - Throws: ``Problem`` when a file is not base64.
    init(_ values: JSONObject, files: Set<String>) throws(Problem) {
        var parts: [[UInt8]] = []
        for field in values where !files.contains(field.name) {
            guard !field.value.isNull else { continue }
            let text = RequestBuilder.text(of: field.value)
            var part = "Content-Disposition: form-data; name=\"\(MultipartBody.quoted(field.name))\"\r\n"
            if field.value.object != nil || field.value.array != nil { part += "Content-Type: application/json\r\n" }
            parts.append(Array((part + "\r\n" + text).utf8))
        }
        for field in values where files.contains(field.name) {
            guard let filename = field.value["filename"]?.string,
                let content = field.value["data"]?.string.flatMap({ Base64.decode($0) })
            else { throw Problem(message: "data of \(field.name) is not base64; nothing was sent.") }
            let head = """
                Content-Disposition: form-data; name="\(MultipartBody.quoted(field.name))"; \
                filename="\(MultipartBody.quoted(filename))"\r
                Content-Type: \(MultipartBody.mediaType(of: filename))\r
                \r

                """
            parts.append(Array(head.utf8) + content)
        }
        let boundary = MultipartBody.boundary(apart: parts)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(64) { $0 + $1.count + boundary.utf8.count + 8 })
        for part in parts {
            bytes += Array("--\(boundary)\r\n".utf8)
            bytes += part
            bytes += [0x0D, 0x0A]
        }
        bytes += Array("--\(boundary)--\r\n".utf8)
        self.bytes = bytes
        contentType = "multipart/form-data; boundary=" + boundary
    }

    /// A line that stands in none of the parts; the same parts always get the same one.
    private static func boundary(apart parts: [[UInt8]]) -> String {
        var number = 0
        while true {
            let boundary = "switchboard-form-\(number)"
            let sought = Array(boundary.utf8)
            if !parts.contains(where: { $0.firstRange(of: sought) != nil }) { return boundary }
            number += 1
        }
    }

    /// A name inside quotation marks, escaped as browsers do (WHATWG HTML, multipart form data).
    private static func quoted(_ text: String) -> String {
        var quoted = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "%22"
            case "\r": quoted += "%0D"
            case "\n": quoted += "%0A"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted
    }

    private static let mediaTypes = [
        "pdf": "application/pdf", "doc": "application/msword", "txt": "text/plain", "rtf": "application/rtf",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "html": "text/html", "csv": "text/csv",
    ]

    private static func mediaType(of filename: String) -> String {
        let ending = filename.split(separator: ".").last.map { $0.lowercased() } ?? ""
        return mediaTypes[ending] ?? "application/octet-stream"
    }
}
