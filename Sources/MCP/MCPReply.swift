import JSON

/// A JSON-RPC response as bytes, and the HTTP status that goes with it.
struct MCPReply: Sendable {
    var status: Int
    var bytes: [UInt8]
    /// The session that an `initialize` opens.
    var session: MCPSession?

    /// A result that is known to be one JSON object, with the id of its request.
    init(id: ArraySlice<UInt8>, result: [UInt8]) {
        status = 200
        bytes = MCPReply.opening(id: id, room: result.count)
        bytes += result
        bytes.append(0x7D)
    }

    /// A result that `write` appends.
    init(id: ArraySlice<UInt8>, room: Int, write: (inout [UInt8]) -> Void) {
        status = 200
        bytes = MCPReply.opening(id: id, room: room)
        write(&bytes)
        bytes.append(0x7D)
    }

    private static func opening(id: ArraySlice<UInt8>, room: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(room + id.count + 48)
        bytes.append(#"{"jsonrpc":"2.0","id":"#)
        bytes += id
        bytes.append(#","result":"#)
        return bytes
    }

    /// An error; without an id where none could be read.
    init(id: ArraySlice<UInt8>?, failure: MCPFailure) {
        status = failure.status
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.name("jsonrpc")
        writer.string("2.0")
        writer.name("id")
        if let id { writer.raw(id) } else { writer.null() }
        writer.name("error")
        writer.beginObject()
        writer.name("code")
        writer.integer(failure.code.rawValue)
        writer.name("message")
        writer.string(failure.message)
        if let data = failure.data {
            writer.name("data")
            writer.value(data)
        }
        writer.endObject()
        writer.endObject()
        bytes = writer.bytes
    }
}

extension [UInt8] {
    /// Appends text that is JSON already.
    mutating func append(_ json: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: json.utf8Start, count: json.utf8CodeUnitCount))
    }
}
