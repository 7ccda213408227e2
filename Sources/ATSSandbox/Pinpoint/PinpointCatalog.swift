import Basics
import JSON

/// Every resource that the simulator of Pinpoint has.
enum PinpointCatalog {
    static let resources: [PinpointResource] =
        [candidates, applications, comments, jobs, interviews] + people + structure + workflows + scorecards + details
        + jobSeekers + answers + requisitions + checks + onboarding + groups
    private static let byType = Dictionary(uniqueKeysWithValues: resources.map { ($0.type, $0) })
    private static let byClass = Dictionary(uniqueKeysWithValues: resources.map { ($0.className, $0) })

    static subscript(type: String) -> PinpointResource? { byType[type] }

    static func named(_ className: String) -> PinpointResource? { byClass[className] }

    /// The records at the other end of a relationship.
    ///
    /// What belongs to a confidential job is left out of lists, for there is no filter here that could ask for it.
    static func related(
        to row: Row,
        _ relationship: PinpointResource.Relationship,
        in store: Store,
        now: Timestamp
    ) -> [(PinpointResource, Row)] {
        switch relationship.link {
        case .one(let column):
            guard let type = relationship.types.first, let resource = byType[type], let id = row.text(column),
                let other = store[type][id]
            else { return [] }
            return [(resource, other)]
        case .polymorphic(let column, let typeColumn):
            guard let name = row.text(typeColumn), let resource = byClass[name], let id = row.text(column),
                let other = store[resource.type][id]
            else { return [] }
            return [(resource, other)]
        case .many(let table, let key, let prefix):
            guard let resource = byType[table] else { return [] }
            return store[table].rows(where: key, is: prefix + row.id)
                .filter { resource.confidentiality?.visibility($0, store) != "confidential" }
                .map { (resource, $0) }
        case .none: return []
        }
    }
}
