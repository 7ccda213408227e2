/// What a person may do; each role may do what the ones before it may.
package enum PersonRole: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Connects accounts of their own.
    case member
    /// Also decides about what others asked for.
    case recruitingLead = "recruiting_lead"
    /// Also changes endpoints, people and keys.
    case administrator

    package static func < (a: PersonRole, b: PersonRole) -> Bool { a.rank < b.rank }

    /// The role as people read it.
    package var title: String {
        switch self {
        case .member: "member"
        case .recruitingLead: "recruiting lead"
        case .administrator: "administrator"
        }
    }

    /// Reads a role as people write it: spaces, hyphens and underscores are the same.
    package init?(text: String) {
        let word = String(text.lowercased().map { $0 == " " || $0 == "-" ? "_" : $0 })
        self.init(rawValue: word)
    }

    private var rank: Int {
        switch self {
        case .member: 0
        case .recruitingLead: 1
        case .administrator: 2
        }
    }
}
