/// Every operation that the simulator of Ashby has, by name.
enum AshbyCatalog {
    static let operations: [AshbyOperation] =
        candidates + candidateWrites + applications + applicationWrites + jobs + jobWrites + hiring + organization
        + departmentWrites + offers + offerWrites + locations + openings + postings + customFields + forms + surveys
        + interviewers + hiringTeams + schedules + projects + metadata + files + webhooks + reports + sequences
        + partners
    private static let byName = Dictionary(uniqueKeysWithValues: operations.map { ($0.name, $0) })

    static subscript(name: String) -> AshbyOperation? { byName[name] }
}
