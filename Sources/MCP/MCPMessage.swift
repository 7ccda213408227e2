import JSON

/// One JSON-RPC message from a client.
struct MCPMessage: Sendable {
    /// What the sender expects.
    enum Kind: Sendable {
        /// An answer under this id, which is the text of a string or an integer.
        case request(id: ArraySlice<UInt8>)
        case notification
    }

    /// The keys of `params._meta` that requests of the modern era carry.
    enum MetaKey {
        static let version = "io.modelcontextprotocol/protocolVersion"
        static let capabilities = "io.modelcontextprotocol/clientCapabilities"
        static let client = "io.modelcontextprotocol/clientInfo"
    }

    let kind: Kind
    let method: String
    let params: JSONElement?
    let meta: JSONElement?
    /// The version that the message itself claims to be written for: what makes it modern, whatever its headers say.
    let claim: JSONElement?

    /// Reads a message.
    ///
    /// - Throws: ``MCPFailure`` with code `invalidRequest` for anything that is not one request or notification.
    init(_ element: JSONElement) throws(MCPFailure) {
        guard element.isObject else { throw .invalidRequest("A message must be a JSON object") }
        guard element["jsonrpc"]?.isString("2.0") == true else {
            throw .invalidRequest("A message must have \"jsonrpc\": \"2.0\"")
        }
        guard let method = element["method"] else {
            if element["result"] != nil || element["error"] != nil {
                throw .invalidRequest("No request of this server waits for this response")
            }
            throw .invalidRequest("A message must have a \"method\"")
        }
        guard let name = method.string else { throw .invalidRequest("\"method\" must be a string") }
        if let id = element["id"] {
            guard let id = MCPMessage.id(id) else {
                throw .invalidRequest("\"id\" must be a string or an integer")
            }
            kind = .request(id: id)
        } else {
            kind = .notification
        }
        self.method = name
        params = element["params"]
        meta = params?["_meta"]
        claim = meta?[MetaKey.version]
    }

    /// The id of a message that may be wrong in other ways.
    static func id(of element: JSONElement) -> ArraySlice<UInt8>? { element["id"].flatMap { id($0) } }

    /// The text of a string or of an integer; nil for anything else.
    static func id(_ element: JSONElement) -> ArraySlice<UInt8>? {
        switch element.kind {
        case .string: element.raw
        case .number where element.raw.allSatisfy { $0 == 0x2D || $0 &- 0x30 < 10 }: element.raw
        default: nil
        }
    }
}
