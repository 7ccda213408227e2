package import HTTP

/// One noun of the control API: what answers below `/v1/NAME`.
package protocol ControlResource: Sendable {
    /// The first part of the path behind `/v1/`.
    var name: String { get }

    /// Whether somebody who is no administrator may ask; the resource then looks at ``ControlCall/principal`` itself.
    var isOpenToMembers: Bool { get }

    /// Answers a request.
    ///
    /// - Throws: ``Problem``, ``RouterError`` or `ConnectionError`, which become problem documents.
    func respond(to call: ControlCall) async throws -> HTTPResponse
}

extension ControlResource {
    package var isOpenToMembers: Bool { false }
}
