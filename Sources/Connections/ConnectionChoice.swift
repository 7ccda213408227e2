/// Picks the connection that a call means, and words the errors when there is not exactly one.
enum ConnectionChoice {
    /// - Throws: ``ConnectionError`` with code `missing`, `ambiguous` or `needsReauthorization`.
    static func choose(
        _ candidates: [ConnectionRecord],
        user: String,
        toolkit: String,
        id: String?
    ) throws(ConnectionError) -> ConnectionRecord {
        let own = candidates.filter { $0.toolkit == toolkit && ($0.user == nil || $0.user == user) }
        if let id {
            guard let record = own.first(where: { $0.id == id }) else { throw missing(user, toolkit, id: id) }
            return try usable(record)
        }
        let active = own.filter { $0.state == .active }
        if active.count > 1 {
            let choices = active.map { "\($0.id) (\($0.label))" }.joined(separator: ", ")
            throw ConnectionError(
                .ambiguous,
                "\(user) has \(active.count) connections to \(toolkit): \(choices). Say which one by its id, as connection."
            )
        }
        let refused = own.first { $0.state == .needsReauthorization }
        guard let record = active.first ?? refused ?? own.first else { throw missing(user, toolkit, id: nil) }
        return try usable(record)
    }

    private static func usable(_ record: ConnectionRecord) throws(ConnectionError) -> ConnectionRecord {
        guard record.state == .active else { throw unusable(record) }
        return record
    }

    static func unusable(_ record: ConnectionRecord) -> ConnectionError {
        let name = "connection \(record.id) (\(record.label)) to \(record.toolkit)"
        let anew =
            record.grant == .authorizationCode
            ? "Authorise it anew with: \(command(record.toolkit, user: record.user))"
            : "Give new ones with: \(command(record.toolkit, user: record.user))"
        let remove = ", then: switchboard connections remove \(record.id)"
        switch record.state {
        case .pending, .active:
            return ConnectionError(
                .missing,
                "The \(name) has not been tried yet. Try it with: switchboard connections test \(record.id)"
            )
        case .failed:
            return ConnectionError(
                .missing,
                "The \(name) did not work when it was made\(record.problem.map { ": \($0)" } ?? "."). Try it again with: "
                    + "switchboard connections test \(record.id)"
            )
        case .needsReauthorization:
            let reason = record.problem ?? "\(record.toolkit) refused the credentials of \(name)."
            return ConnectionError(.needsReauthorization, "\(reason) \(anew)\(remove)")
        }
    }

    private static func missing(_ user: String, _ toolkit: String, id: String?) -> ConnectionError {
        let what = id.map { "no connection \($0)" } ?? "no connection"
        return ConnectionError(
            .missing,
            "\(user) has \(what) to \(toolkit). Add one with: \(command(toolkit, user: user))"
        )
    }

    static func command(_ toolkit: String, user: String?) -> String {
        "switchboard connections add \(toolkit)" + (user.map { " --user \($0)" } ?? "")
    }
}
