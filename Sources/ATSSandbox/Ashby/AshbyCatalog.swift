/// Every operation that the simulator of Ashby has, by name.
enum AshbyCatalog {
    static let operations: [AshbyOperation] = candidates + applications + jobs + hiring + organization + offers
    private static let byName = Dictionary(uniqueKeysWithValues: operations.map { ($0.name, $0) })

    static subscript(name: String) -> AshbyOperation? { byName[name] }
}
