import JSON

extension AshbyCatalog {
    private static let member: [AshbyOperation.Parameter] = [.id("teamMemberId"), .id("roleId")]
    private static let owners: [AshbyOperation.Parameter] = [
        .id("applicationId", required: false), .id("jobId", required: false), .id("openingId", required: false),
    ]

    /// Who works on a job, an opening or a single application, and in which role.
    static let hiringTeams: [AshbyOperation] = [
        .init("hiringTeam.addMember", "organizationWrite", member + owners) { (call) throws(AshbyFailure) in
            try change(&call, adds: true)
        },
        .init("hiringTeam.removeMember", "organizationWrite", member + owners) { (call) throws(AshbyFailure) in
            try change(&call, adds: false)
        },
        .init("application.addHiringTeamMember", "candidatesWrite", [.id("applicationId")] + member) {
            (call) throws(AshbyFailure) in
            try change(&call, adds: true)
        },
        .init("application.removeHiringTeamMember", "candidatesWrite", [.id("applicationId")] + member) {
            (call) throws(AshbyFailure) in
            try change(&call, adds: false)
        },
        .whole("applicationHiringTeamRole.list", "candidatesRead", "roles") { $0.untimed("roles", $1.id) },
    ]

    private static func change(_ call: inout AshbyCall, adds: Bool) throws(AshbyFailure) -> AshbyOperation.Reply {
        let user = try call.row("users", "teamMemberId", "user")
        let role = try call.row("roles", "roleId", "hiring_team_role")
        let named = ["applicationId", "jobId", "openingId"].filter { call.arguments[$0] != nil }
        guard named.count == 1 else { throw .invalid("jobId", "give one of applicationId, jobId and openingId") }
        let (table, kind) =
            named == ["applicationId"]
            ? ("applications", "application") : named == ["jobId"] ? ("jobs", "job") : ("openings", "opening")
        var row = try call.row(table, named[0], kind)
        var team = call.team(row, table)
        let member: JSONValue = [
            "email": user["email"], "firstName": user["firstName"], "lastName": user["lastName"],
            "role": role["title"], "userId": .string(user.id),
        ]
        let isMember = team.contains { $0["userId"] == member["userId"] && $0["role"] == member["role"] }
        guard adds || isMember else { throw .invalid("teamMemberId", "has not that role in the team") }
        team.removeAll { $0["userId"] == member["userId"] && $0["role"] == member["role"] }
        if adds { team.append(member) }
        if table == "openings" {
            var version = row["version"]
            version["hiringTeam"] = .array(team)
            row["version"] = version
        } else {
            row["hiringTeam"] = .array(team)
        }
        call.save(row, in: table)
        return .object(member)
    }
}

extension AshbyCall {
    /// The hiring team of a record; an application has its job's until it gets one of its own.
    func team(_ row: Row, _ table: String) -> [JSONValue] {
        if table == "openings" { return row["version"]["hiringTeam"]?.array ?? [] }
        if let own = row["hiringTeam"].array { return own }
        return row.text("jobId").flatMap { store["jobs"][$0] }?["hiringTeam"].array ?? []
    }
}
