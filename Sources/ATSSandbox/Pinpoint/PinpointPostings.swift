import JSON

/// The public feed of live postings, which needs no key and is plain JSON.
enum PinpointPostings {
    /// Whether a path is the feed's, with or without a locale before it.
    static func owns(_ path: Substring) -> Bool {
        let parts = path.split(separator: "/")
        return parts.last == "postings.json" && parts.count <= 2 && (parts.count == 1 || parts[0].utf8.count == 2)
    }

    static func feed(_ store: Store, query: [(name: String, value: String)]) -> JSONValue {
        var found: [JSONValue] = []
        for posting in store["job_postings"].listed(now: .max) where posting["status"] == "active" {
            guard let job = posting.text("job_id").flatMap({ store["jobs"][$0] }), job["visibility"] == "external",
                query.allSatisfy({ name, value in !job.has(name) || job.text(name) == value })
            else { continue }
            var item: JSONObject = ["id": .string(posting.id)]
            for name in ["title", "url", "path", "employment_type", "employment_type_text"] {
                item[name] = posting[name]
            }
            for name in [
                "description", "key_responsibilities", "skills_knowledge_expertise", "compensation",
                "compensation_visible", "workplace_type", "workplace_type_text", "deadline_at", "requisition_id",
            ] { item[name] = job[name] }
            item["job"] = [
                "id": .string(job.id), "department": short("departments", job.text("department_id"), store),
                "division": short("divisions", job.text("division_id"), store), "requisition_id": job["requisition_id"],
            ]
            item["location"] = short("locations", posting.text("location_id"), store)
            found.append(.object(item))
        }
        return ["data": .array(found)]
    }

    private static func short(_ table: String, _ id: String?, _ store: Store) -> JSONValue {
        guard let row = id.flatMap({ store[table][$0] }) else { return .null }
        return ["id": .string(row.id), "name": row["name"]]
    }
}
