package import HTTP

/// A part of the console: everything below one first part of the path.
///
/// Before a request comes here the origin was checked, the browser's session looked up, and, for a POST, the form read
/// and found to be made for this browser.
package protocol ConsolePage: Sendable {
    /// The first part of the path, such as `approvals`; empty for the front page.
    var section: String { get }

    /// Answers a GET or a POST.
    func respond(to visit: Visit) async -> HTTPResponse

    /// The public id of what a visit is about, for the audit; nil where there is none.
    func subject(of visit: Visit) async -> String?
}

extension ConsolePage {
    package func subject(of visit: Visit) async -> String? { nil }
}
