import Basics
import JSON

extension AshbyCatalog {
    private static let common: [AshbyOperation.Parameter] = [
        .init("email"), .init("phoneNumber"), .init("linkedInUrl"), .init("githubUrl"),
        .id("sourceId", required: false),
        .id("creditedToUserId", required: false), .init("location", .object), .init("createdAt", .instant),
    ]

    static let candidateWrites: [AshbyOperation] = [
        .init(
            "candidate.create",
            "candidatesWrite",
            common + [.init("name", required: true), .init("website"), .init("alternateEmailAddresses", .list(.text))]
        ) { (call) throws(AshbyFailure) in
            let empty: JSONObject = [
                "emailAddresses": [], "phoneNumbers": [], "socialLinks": [], "tagIds": [], "fileHandles": [],
                "customFields": [], "projectIds": [],
            ]
            var row = call.store["candidates"].row(id: call.newID("candidates"), empty)
            row["createdAt"] = call.arguments["createdAt"] ?? call.time
            try change(&row, call, website: "website")
            for address in call.arguments.words("alternateEmailAddresses") ?? [] { try add(email: address, to: &row) }
            call.save(row, in: "candidates")
            return .object(call.candidate(row: row.id))
        },
        .init(
            "candidate.update",
            "candidatesWrite",
            common + [
                .id("candidateId"), .init("name"), .init("websiteUrl"), .init("alternateEmail"),
                .init("socialLinks", .list(.object)), .init("sendNotifications", .boolean),
            ]
        ) { (call) throws(AshbyFailure) in
            var row = try call.row("candidates", "candidateId", "candidate")
            try change(&row, call, website: "websiteUrl")
            if let address = call.arguments.text("alternateEmail") { try add(email: address, to: &row) }
            if let links = call.arguments["socialLinks"] { row["socialLinks"] = links }
            if let created = call.arguments["createdAt"] { row["createdAt"] = created }
            call.save(row, in: "candidates")
            return .object(call.candidate(row: row.id))
        },
        membership("candidate.addTag", "tagIds", "tagId", table: "tags", kind: "candidate_tag", adds: true),
        membership("candidate.removeTag", "tagIds", "tagId", table: "tags", kind: "candidate_tag", adds: false),
        membership(
            "candidate.addProject",
            "projectIds",
            "projectId",
            table: "projects",
            kind: "project",
            adds: true
        ),
        membership(
            "candidate.removeProject",
            "projectIds",
            "projectId",
            table: "projects",
            kind: "project",
            adds: false
        ),
        .init("candidate.anonymize", "candidatesWrite", [.id("candidateId")]) { (call) throws(AshbyFailure) in
            try anonymize(&call)
        },
        .init(
            "candidate.createNote",
            "candidatesWrite",
            [
                .id("candidateId"), .init("note", .any, required: true), .init("sendNotifications", .boolean),
                .init("isPrivate", .boolean), .init("createdAt", .instant),
            ]
        ) { (call) throws(AshbyFailure) in
            let owner = try call.row("candidates", "candidateId", "candidate")
            let note = call.arguments["note"] ?? .null
            let type = note["type"]?.string
            guard let text = note.string ?? note["value"]?.string,
                note.string != nil || type == "text/plain" || type == "text/html"
            else { throw .invalid("note", "expected a string, or {type, value} with type text/plain or text/html") }
            let isPrivate = call.arguments.flag("isPrivate")
            if isPrivate, !call.key.seesPrivate {
                throw .init("missing_endpoint_permission", "This key may not write private notes.", status: 403)
            }
            let row = call.add(
                [
                    "candidateId": .string(owner.id), "content": .string(text), "isPrivate": .bool(isPrivate),
                    "authorId": .string(call.actor), "createdAt": call.arguments["createdAt"] ?? call.time,
                ],
                to: "notes"
            )
            return .object(call.note(row))
        },
        .init("candidateTag.create", "hiringProcessMetadataWrite", [.init("title", required: true)]) {
            (call) throws(AshbyFailure) in
            let title = call.arguments.text("title") ?? ""
            guard !title.isEmpty else { throw .invalid("title", "must not be empty") }
            // A tag of that title is given back instead of a second one.
            let known = call.store["tags"].rows(where: "title", is: title).first
            let row = known ?? call.add(["title": .string(title), "isArchived": false], to: "tags")
            return .object(call.untimed("tags", row.id))
        },
    ]

    private static func membership(
        _ name: String,
        _ column: String,
        _ argument: String,
        table: String,
        kind: String,
        adds: Bool
    ) -> AshbyOperation {
        .init(name, "candidatesWrite", [.id("candidateId"), .id(argument)]) { (call) throws(AshbyFailure) in
            var row = try call.row("candidates", "candidateId", "candidate")
            let other = try call.row(table, argument, kind)
            var ids = row.list(column).filter { $0 != other.id }
            if adds { ids.append(other.id) }
            row[column] = .array(ids.map { .string($0) })
            call.save(row, in: "candidates")
            return .object(call.candidate(row: row.id))
        }
    }

    /// The record stays and the person goes; only for those whose applications are over.
    private static func anonymize(_ call: inout AshbyCall) throws(AshbyFailure) -> AshbyOperation.Reply {
        let row = try call.row("candidates", "candidateId", "candidate")
        let applications = call.store["applications"].rows(where: "candidateId", is: row.id)
        guard applications.allSatisfy({ ["Archived", "Hired"].contains($0.text("status") ?? "") }) else {
            throw .invalid("candidateId", "every application must be archived or hired first")
        }
        let blank: JSONObject = [
            "name": "Anonymized Candidate", "nameKey": "anonymized candidate", "emailAddresses": [], "phoneNumbers": [],
            "socialLinks": [], "tagIds": [], "fileHandles": [], "customFields": [], "projectIds": [],
            "createdAt": row["createdAt"], "isAnonymized": true,
        ]
        call.save(call.store["candidates"].row(id: row.id, blank), in: "candidates")
        for note in call.store["notes"].rows(where: "candidateId", is: row.id) {
            call.store.remove(note.id, from: "notes")
        }
        for var application in applications {
            application["summary"] = .null
            call.save(application, in: "applications")
        }
        return .object(call.candidate(row: row.id))
    }

    private static func change(_ row: inout Row, _ call: AshbyCall, website: String) throws(AshbyFailure) {
        let arguments = call.arguments
        if let name = arguments.text("name") {
            guard !name.isEmpty else { throw .invalid("name", "must not be empty") }
            row["name"] = .string(name)
            row["nameKey"] = .string(name.lowercased())
        }
        if let email = arguments.text("email") {
            row["emailAddresses"] = .array(
                (row["emailAddresses"].array ?? []).filter { $0["isPrimary"] != true }
            )
            try add(email: email, to: &row, isPrimary: true)
            row["emailKey"] = .string(email.lowercased())
        }
        if let phone = arguments.text("phoneNumber") {
            row["phoneNumbers"] = [["value": .string(phone), "type": "Personal", "isPrimary": true]]
        }
        var links = row["socialLinks"].array ?? []
        for (name, type) in [("linkedInUrl", "LinkedIn"), ("githubUrl", "GitHub"), (website, "Website")] {
            guard let url = arguments.text(name) else { continue }
            guard url.hasPrefix("https://") || url.hasPrefix("http://") else { throw .invalid(name, "expected a URL") }
            links.removeAll { $0["type"]?.string == type }
            links.append(["type": .string(type), "url": .string(url)])
        }
        row["socialLinks"] = .array(links)
        if let source = try call.optional("sources", "sourceId", "source") { row["sourceId"] = .string(source.id) }
        if let user = try call.optional("users", "creditedToUserId", "user") {
            row["creditedToUserId"] = .string(user.id)
        }
        if let place = arguments["location"]?.object {
            let parts = [("city", "City"), ("region", "Region"), ("country", "Country")]
                .compactMap { name, type in place[name]?.string.map { (type, $0) } }
            row["location"] = [
                "id": .string(StableID.uuid("place " + row.id, 0, seed: call.seed)),
                "locationSummary": .string(parts.map(\.1).joined(separator: ", ")),
                "locationComponents": .array(parts.map { ["type": .string($0.0), "name": .string($0.1)] }),
            ]
        }
    }

    private static func add(email: String, to row: inout Row, isPrimary: Bool = false) throws(AshbyFailure) {
        let parts = email.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw .invalid(isPrimary ? "email" : "alternateEmail", "expected an email address")
        }
        var all = row["emailAddresses"].array ?? []
        all.append(["value": .string(email), "type": "Personal", "isPrimary": .bool(isPrimary)])
        row["emailAddresses"] = .array(isPrimary ? all.suffix(1) + all.dropLast() : all)
    }
}

extension AshbyCall {
    /// The candidate of an id that is known to exist.
    func candidate(row id: String) -> JSONValue { store["candidates"][id].map { candidate($0) } ?? .null }
    func application(row id: String) -> JSONValue { store["applications"][id].map { application($0) } ?? .null }
}
