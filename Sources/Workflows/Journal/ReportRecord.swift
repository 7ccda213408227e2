package import JSON

/// A page that a run has written for people.
package struct ReportRecord: Sendable, Hashable {
    package var title: String
    /// Markdown.
    package var body: String
    /// The ids that the page rests on.
    package var sources: JSONValue?

    /// A list of flat objects: the table for those who export the page as CSV.
    package var rows: JSONValue?

    package init(title: String, body: String, sources: JSONValue? = nil, rows: JSONValue? = nil) {
        self.title = title
        self.body = body
        self.sources = sources
        self.rows = rows
    }
}
