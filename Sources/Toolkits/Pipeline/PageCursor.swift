import Basics
import JSON

/// The place where a list goes on, for an API whose pages have numbers, as one opaque word.
struct PageCursor: Sendable, Hashable {
    /// From 1.
    var page: Int
    var size: Int
    /// Records of the page that have been seen already; more than 0 only in a search.
    var offset = 0
    /// The text of the search that goes on.
    var search: String?

    /// Base64url of a small JSON object.
    var text: String {
        var object: JSONObject = ["page": .integer(page), "size": .integer(size)]
        if offset > 0 { object["offset"] = .integer(offset) }
        if let search { object["search"] = .string(search) }
        return Base64.encodeURL(JSONWriter.bytes(of: .object(object)))
    }

    init(page: Int, size: Int, offset: Int = 0, search: String? = nil) {
        self.page = page
        self.size = size
        self.offset = offset
        self.search = search
    }

    /// Reads what ``text`` wrote; nil for anything else.
    init?(_ text: String) {
        guard let bytes = Base64.decodeURL(text), let object = (try? JSONParser.parse(bytes))?.object,
            let page = object["page"]?.integer, (1...1_000_000).contains(page),
            let size = object["size"]?.integer, (1...10_000).contains(size)
        else { return nil }
        let offset = object["offset"]?.integer ?? 0
        guard (0...size).contains(offset) else { return nil }
        self.init(page: page, size: size, offset: offset, search: object["search"]?.string)
    }
}
