/// A document for people, in Markdown.
package struct ReportStep: Sendable {
    package var title: Template
    package var body: Template
    /// The ids of the records that it rests on.
    package var sources: Template?
    /// A list of flat objects: the table for those who export the report as CSV.
    package var rows: Formula?
}
