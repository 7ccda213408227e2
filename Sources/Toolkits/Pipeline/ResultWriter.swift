import Glibc
import JSON
import Tools

/// Writes what came of a call in the shape that all tools share.
///
/// A list is `{"items": […], "next_cursor": …}`, perhaps with `total`, `search` and what the toolkit passes on; a record
/// is the record; a write that returns nothing is `{"done": true}`, and a read that finds nothing `{"found": false}`. Every
/// result is an object, because MCP has no other structured content.
struct ResultWriter {
    let origin: Origin
    let isWrite: Bool

    func result(_ reading: ResponseReader.Reading, next: String?, search: JSONValue? = nil) -> ToolResult {
        switch reading.content {
        case .rawRecord(let bytes) where reading.extra.isEmpty && bytes.first == 0x7B:
            return ToolResult(payload: ResultWriter.singleLine(bytes), origin: origin)
        case .rawRecord:
            let value = reading.records.first ?? .null
            var record = value.object ?? ["result": value]
            for extra in reading.extra where record[extra.name] == nil { record[extra.name] = extra.value }
            return ToolResult(.object(record), origin: origin)
        case .nothing: return ToolResult(isWrite ? ["done": true] : ["found": false], origin: origin)
        case .rawList(let bytes, _):
            var writer = JSONWriter(capacity: bytes.count + 128)
            writer.beginObject()
            writer.name("items")
            writer.raw(ResultWriter.singleLine(bytes))
            return finish(&writer, reading, next, search)
        case .list(let items):
            var writer = JSONWriter(capacity: 4096)
            writer.beginObject()
            writer.name("items")
            writer.beginArray()
            for item in items { writer.value(item) }
            writer.endArray()
            return finish(&writer, reading, next, search)
        }
    }

    private func finish(
        _ writer: inout JSONWriter,
        _ reading: ResponseReader.Reading,
        _ next: String?,
        _ search: JSONValue?
    ) -> ToolResult {
        writer.name("next_cursor")
        if let next { writer.string(next) } else { writer.null() }
        if let total = reading.total {
            writer.name("total")
            writer.integer(total)
        }
        for extra in reading.extra {
            writer.name(extra.name)
            writer.value(extra.value)
        }
        if let search {
            writer.name("search")
            writer.value(search)
        }
        writer.endObject()
        return ToolResult(payload: writer.bytes, origin: origin)
    }

    /// The bytes of a value without line breaks, which would end a message on a line-based transport.
    private static func singleLine(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let hasBreak = bytes.withUnsafeBytes { text in
            text.baseAddress.map { memchr($0, 0x0A, text.count) != nil || memchr($0, 0x0D, text.count) != nil } ?? false
        }
        guard hasBreak, let value = try? JSONParser.parse(bytes) else { return Array(bytes) }
        return JSONWriter.bytes(of: value)
    }
}
