package import Basics

extension Approval {
    /// Whether somebody may decide it now.
    ///
    /// - Throws: ``RouterError`` with code `forbidden` or `conflict`.
    package func check(_ approver: Approver, planHash: String?, now: Timestamp) throws(RouterError) {
        if let planHash, planHash != self.planHash { throw otherPlan }
        guard state(at: now) == .pending else { throw closed(at: now) }
        if approver.means == .client {
            guard request.allowsClient else {
                throw RouterError(.forbidden, "The rules of this endpoint do not let a client decide \(id).")
            }
            return
        }
        guard request.roles.contains(where: approver.roles.contains) else {
            throw RouterError(
                .forbidden,
                "\(approver.name) may not decide \(id): it takes the role \(request.roles.joined(separator: " or "))."
            )
        }
        // An agent may hold an API token, as the second factor of its endpoint: of the person it acts for, or of another.
        guard approver.means != .api || !wasAskedFor(by: approver.name) else {
            throw RouterError(
                .forbidden,
                "A token of \(approver.name), who asked for \(id), decides nothing about it; sign in to the page."
            )
        }
        guard !request.separateFromRequester || !wasAskedFor(by: approver.name) else {
            throw RouterError(
                .forbidden,
                "\(approver.name) asked for \(id); somebody else must decide it."
            )
        }
    }

    var otherPlan: RouterError {
        RouterError(.conflict, "The plan of \(id) is not the one that was looked at. Read it again, then decide.")
    }

    func closed(at now: Timestamp) -> RouterError {
        let by = decision.map { " by \($0.by) at \($0.at.iso8601)" } ?? ""
        return switch state(at: now) {
        case .pending: RouterError(.conflict, "The approval \(id) has not been decided.")
        case .approved: RouterError(.conflict, "The approval \(id) was given\(by).")
        case .rejected: RouterError(.conflict, "The approval \(id) was refused\(by).")
        case .expired: RouterError(.conflict, "The approval \(id) expired at \(expiresAt.iso8601). Ask for a new one.")
        case .used: RouterError(.conflict, "The approval \(id) was given\(by) and has been used. Ask for a new one.")
        }
    }
}
