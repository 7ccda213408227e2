import Basics
import JSON

extension AshbyCatalog {
    private static let types = ["FullTime", "PartTime", "Intern", "Contract", "Temporary"]
    private static let states = ["Draft", "Approved", "Open", "Closed"]
    private static let details: [AshbyOperation.Parameter] = [
        .init("identifier"), .init("description"), .id("teamId", required: false), .init("targetHireDate"),
        .init("targetStartDate"), .init("isBackfill", .boolean), .init("employmentType", .choice(types)),
    ]

    /// Openings: the seats that jobs are opened to fill; every change makes a version.
    static let openings: [AshbyOperation] = [
        .list("opening.list", "jobsRead", "openings", [.init("createdAfter", .integer)]) {
            (call, row) throws(AshbyFailure) in
            createdTest(call)(row)
        } render: {
            $0.opening($1)
        },
        .info("opening.info", "jobsRead", "openingId", "openings", "opening") { $0.opening($1) },
        .init("opening.search", "jobsRead", [.init("identifier", required: true)]) { (call) throws(AshbyFailure) in
            let wanted = call.arguments["identifier"]
            let rows = call.store["openings"].listed(now: call.now.milliseconds)
            return .list(rows.filter { $0["version"]["identifier"] == wanted }.prefix(100).map { call.opening($0) })
        },
        .init(
            "opening.create",
            "jobsWrite",
            details + [
                .init("locationIds", .list(.uuid)), .init("jobIds", .list(.uuid)),
                .init("openingState", .choice(states)),
            ]
        ) { (call) throws(AshbyFailure) in
            var version: JSONValue = [
                "identifier": .null, "description": "", "teamId": .null, "jobIds": [], "targetHireDate": .null,
                "targetStartDate": .null, "isBackfill": false, "employmentType": "FullTime", "locationIds": [],
                "hiringTeam": [], "customFields": [],
            ]
            try assign(&version, call)
            for (argument, table, kind) in [("locationIds", "locations", "location"), ("jobIds", "jobs", "job")] {
                for id in call.arguments.words(argument) ?? [] {
                    guard let row = call.store[table][id], call.isVisible(row, table) else { throw .notFound(kind) }
                }
                if let ids = call.arguments[argument] { version[argument] = ids }
            }
            let state = call.arguments.text("openingState") ?? "Draft"
            let row = call.add(
                [
                    "isArchived": false, "openingState": .string(state),
                    "openedAt": state == "Open" ? call.time : .null,
                    "closedAt": state == "Closed" ? call.time : .null, "version": stamped(version, call),
                ],
                to: "openings"
            )
            return .object(call.opening(row))
        },
        changed("opening.update", details) { (row, call) throws(AshbyFailure) in
            var version = row["version"]
            try assign(&version, call)
            row["version"] = stamped(version, call)
        },
        changed(
            "opening.setOpeningState",
            [
                .init("openingState", .choice(states), required: true), .id("closeReasonId", required: false),
            ]
        ) { (row, call) throws(AshbyFailure) in
            let reason = try call.optional("closeReasons", "closeReasonId", "close_reason")
            let state = call.arguments.text("openingState") ?? ""
            if reason != nil, state != "Closed" { throw .invalid("closeReasonId", "only for the state Closed") }
            if row["isArchived"] == true { throw .init("opening_state_invalid", "The opening is archived.") }
            row["openingState"] = .string(state)
            row["closeReasonId"] = reason.map { .string($0.id) } ?? .null
            if state == "Open" { row["openedAt"] = call.time }
            row["closedAt"] = state == "Closed" ? call.time : .null
        },
        changed("opening.setArchived", [.init("archive", .boolean, required: true)]) {
            (row, call) throws(AshbyFailure) in
            let archive = call.arguments.flag("archive")
            if archive, row["openingState"] == "Filled" {
                throw .init("opening_in_use", "A filled opening cannot be archived.")
            }
            row["isArchived"] = .bool(archive)
            row["archivedAt"] = archive ? call.time : .null
        },
        member("opening.addJob", "jobIds", "jobId", "jobs", "job", adds: true),
        member("opening.removeJob", "jobIds", "jobId", "jobs", "job", adds: false),
        member("opening.addLocation", "locationIds", "locationId", "locations", "location", adds: true),
        member("opening.removeLocation", "locationIds", "locationId", "locations", "location", adds: false),
    ]

    private static func changed(
        _ name: String,
        _ more: [AshbyOperation.Parameter],
        _ body: @escaping @Sendable (inout Row, inout AshbyCall) throws(AshbyFailure) -> Void
    ) -> AshbyOperation {
        .change(name, "jobsWrite", "openingId", "openings", "opening", more, render: { $0.opening($1) }, body)
    }

    private static func member(
        _ name: String,
        _ list: String,
        _ argument: String,
        _ table: String,
        _ kind: String,
        adds: Bool
    ) -> AshbyOperation {
        changed(name, [.id(argument)]) { (row, call) throws(AshbyFailure) in
            let other = JSONValue.string(try call.row(table, argument, kind).id)
            var version = row["version"]
            var ids = (version[list]?.array ?? []).filter { $0 != other }
            if adds { ids.append(other) }
            version[list] = .array(ids)
            row["version"] = stamped(version, call)
        }
    }

    private static func assign(_ version: inout JSONValue, _ call: AshbyCall) throws(AshbyFailure) {
        _ = try call.optional("departments", "teamId", "department")
        for name in ["targetHireDate", "targetStartDate"] {
            guard let text = call.arguments.text(name) else { continue }
            guard Timestamp(iso8601: text) != nil else { throw .invalid(name, "expected an ISO 8601 date") }
        }
        for parameter in details {
            if let value = call.arguments[parameter.name] { version[parameter.name] = value }
        }
    }

    /// The same as a new version.
    private static func stamped(_ version: JSONValue, _ call: AshbyCall) -> JSONValue {
        var version = version
        version["id"] = .string(StableID.uuid("new opening version", call.store.revision, seed: call.seed))
        version["createdAt"] = call.time
        version["authorId"] = .string(call.actor)
        return version
    }
}

extension AshbyCall {
    func opening(_ row: Row) -> JSONValue {
        var opening: JSONObject = ["id": .string(row.id)]
        for name in ["openedAt", "closedAt", "isArchived", "archivedAt", "closeReasonId", "openingState"] {
            opening[name] = row[name]
        }
        var version: JSONObject = ["id": row["version"]["id"] ?? .null]
        for (name, value) in row["version"].object ?? [:] where !value.isNull { version[name] = value }
        opening["latestVersion"] = .object(version)
        return .object(opening)
    }
}
