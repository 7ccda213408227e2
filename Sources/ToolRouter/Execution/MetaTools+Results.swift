import JSON
import Tools

extension MetaTools {
    private static let readResultArguments = ["handle", "path", "offset", "limit", "select"]

    func readResult(_ call: ToolCall) throws(RouterError) -> ToolResult {
        let arguments = try ArgumentObject(call.arguments, known: MetaTools.readResultArguments, in: "read_result")
        let handle = try arguments.string("handle", limit: 128)
        let path = try arguments.optionalString("path", limit: 1024) ?? ""
        let offset = try arguments.integer("offset", in: 0...Int(Int32.max)) ?? 0
        let limit = try arguments.integer("limit", in: 1...Int(Int32.max))
        var select: ResultProjection?
        if let text = try arguments.optionalString("select", limit: 4096) { select = try ResultProjection(text) }
        // A tool that is hidden since then takes its results with it.
        guard let kept = router.results.find(handle, owner: MetaTools.owner(of: call)),
            router.scope(policy)[kept.tool] != nil
        else {
            return .failure(
                "result_not_found",
                "There is no result \(handle) here, or not any more: results are kept for "
                    + "\(router.results.limits.seconds / 60) minutes. If the call only reads, make it again."
            )
        }
        guard let pointer = JSONPointer(path.isEmpty || path.hasPrefix("/") ? path : "/" + path) else {
            throw arguments.wrong("path", "must be a JSON Pointer such as /items/3")
        }
        guard let whole = try? JSONParser.parse(kept.payload) else {
            return .failure("result_not_found", "The result \(handle) is not JSON and cannot be read in parts.")
        }
        guard var value = whole.value(at: pointer) else {
            return .failure(
                "path_not_found",
                "The result has nothing at \(pointer). \(MetaTools.shape(of: whole)) Use a path such as /items/3."
            )
        }
        if let select {
            let (projected, problem) = select.apply(to: ToolResult(value, origin: kept.origin))
            if let problem { return .failure("select_failed", problem) }
            value = (try? JSONParser.parse(projected.payload)) ?? .null
        }
        let part = ResultPart(of: value, offset: offset, limit: limit, bytes: router.results.limits.shownBytes)
        return ToolResult(.object(part.json), origin: kept.origin)
    }

    private static func shape(of value: JSONValue) -> String {
        switch value {
        case .object(let object): "It is an object with \(object.names.prefix(24).joined(separator: ", "))."
        case .array(let array): "It is a list of \(array.count)."
        default: "It is a \(value.typeName)."
        }
    }
}

/// A part of a value that is small enough to be shown.
private struct ResultPart {
    private(set) var json: JSONObject = [:]

    init(of value: JSONValue, offset: Int, limit: Int?, bytes: Int) {
        switch value {
        case .array(let array):
            let end = min(array.count, offset + min(limit ?? array.count, array.count))
            var shown: [JSONValue] = []
            var size = 0
            var position = min(offset, array.count)
            while position < end {
                let length = JSONWriter.bytes(of: array[position]).count + 1
                if size + length > bytes { break }
                size += length
                shown.append(array[position])
                position += 1
            }
            json["total"] = .integer(array.count)
            json["offset"] = .integer(offset)
            if shown.isEmpty, position < end {
                shorten(array[position], bytes: bytes, name: "preview")
                json["note"] = .string("Element \(position) alone is too large; read parts of it by path or select.")
                return
            }
            if position < array.count { json["next_offset"] = .integer(position) }
            json["value"] = .array(shown)
        case .string(let text):
            let scalars = text.unicodeScalars
            let start = scalars.index(scalars.startIndex, offsetBy: offset, limitedBy: scalars.endIndex)
            var count = min(limit ?? bytes, bytes)
            var part = String(scalars[(start ?? scalars.endIndex)...].prefix(count))
            while JSONWriter.bytes(of: .string(part)).count > bytes {
                count /= 2
                part = String(part.unicodeScalars.prefix(count))
            }
            let end = offset + part.unicodeScalars.count
            json["total"] = .integer(scalars.count)
            json["offset"] = .integer(offset)
            if end < scalars.count { json["next_offset"] = .integer(end) }
            json["value"] = .string(part)
        default:
            if JSONWriter.bytes(of: value).count <= bytes {
                json["value"] = value
            } else {
                shorten(value, bytes: bytes, name: "preview")
                json["note"] = "It is too large to show; read parts of it by path or select."
            }
        }
    }

    private mutating func shorten(_ value: JSONValue, bytes: Int, name: String) {
        let preview = ResultPreview(of: value, bytes: min(bytes, 6000))
        json[name] = preview.value
        json["shown"] = .object(
            preview.omitted.reduce(into: JSONObject()) { $0[$1.pointer] = .string($1.note) }
        )
    }
}
