import JSON

/// A search over the pages of a list: which page to read next, and what was found.
///
/// A record matches when every word of the search is part of one of its searched members.
struct RecordSearch {
    let rule: SearchRule
    let text: String
    /// Matches that end the search.
    let limit: Int
    private let words: [[UInt8]]
    private var page: Int
    private var offset: Int
    private(set) var matches: [JSONValue] = []
    private(set) var pagesRead = 0
    private(set) var recordsRead = 0
    private var isAtEnd = false

    init(rule: SearchRule, text: String, limit: Int, from cursor: PageCursor?) {
        self.rule = rule
        self.text = text
        self.limit = limit
        words = TextFolding.words(text)
        page = cursor?.page ?? 1
        offset = cursor?.offset ?? 0
    }

    /// The number of the page to read, or nil when the search is over.
    var nextPage: Int? {
        isAtEnd || matches.count >= limit || pagesRead >= rule.maximumPages ? nil : page
    }

    /// Takes in the page that was asked for.
    ///
    /// - Parameter isLast: Whether there is none after it.
    mutating func take(_ records: [JSONValue], isLast: Bool) {
        pagesRead += 1
        while offset < records.count, matches.count < limit {
            if isMatch(records[offset]) { matches.append(records[offset]) }
            offset += 1
            recordsRead += 1
        }
        guard offset >= records.count else { return }
        isAtEnd = isLast
        page += 1
        offset = 0
    }

    /// Where to go on; nil when every page has been read.
    var cursor: PageCursor? {
        isAtEnd ? nil : PageCursor(page: page, size: rule.pageSize, offset: offset, search: text)
    }

    /// What a result says about the search.
    var summary: JSONValue {
        [
            "pages_read": .integer(pagesRead), "records_read": .integer(recordsRead),
            "stopped_early": .bool(!isAtEnd),
        ]
    }

    private func isMatch(_ record: JSONValue) -> Bool {
        var text = ""
        for field in rule.fields {
            guard let value = record[field], !value.isNull else { continue }
            text += RequestBuilder.text(of: value) + "\n"
        }
        let folded = TextFolding.fold(text)
        return !words.isEmpty && words.allSatisfy { TextFolding.contains($0, in: folded) }
    }
}
