import ATSSandbox
import HTTP
import JSON
import Testing

/// Every resource can be read, and what is written comes back.
struct PinpointResourceTests {
    private let client = SandboxClient(sandbox: Sandbox(like: .small))

    private func body(
        _ type: String,
        _ attributes: JSONValue,
        id: JSONValue? = nil,
        _ links: [(name: String, type: String, id: String)] = []
    ) -> JSONValue {
        var data: JSONValue = ["type": .string(type), "attributes": attributes]
        if let id { data["id"] = id }
        if !links.isEmpty {
            var relationships = JSONObject()
            for link in links {
                relationships[link.name] = ["data": ["type": .string(link.type), "id": .string(link.id)]]
            }
            data["relationships"] = .object(relationships)
        }
        return ["data": data]
    }

    @Test(arguments: [
        "background_checks", "candidate_assessments", "candidate_surveys", "equality_monitoring_categories",
        "job_seekers", "onboarding_applications", "one_way_video_interviews", "positions", "reference_checks",
        "requisition_templates", "requisitions", "structured_sections", "structure_custom_group_ones",
        "custom_fields", "structure_links", "jobs",
    ])
    func `a record of the list can be read by its id`(type: String) async throws {
        let list = try await client.pinpoint("GET", "\(type)?page[size]=2")
        let id = list.json.at("data.0.id").string ?? "-"
        let one = try await client.pinpoint("GET", "\(type)/\(id)")
        #expect(list.status == 200 && one.status == 200 && one.json.at("data") == list.json.at("data.0"))
        #expect(try await client.pinpoint("GET", "\(type)/1000000007").status == 404)
    }

    @Test func `a job is made from a structure link and a workflow, and can be opened and deleted`() async throws {
        let links = try await client.pinpoint("GET", "structure_links").json.at("data.0.id").string ?? ""
        let attributes: JSONValue = ["title": "Dispatcher", "status": "draft", "selected_hiring_workflow_id": 2501]
        let refused = try await client.pinpoint("POST", "jobs", body("jobs", attributes))
        #expect(refused.status == 422)
        let made = try await client.pinpoint(
            "POST",
            "jobs",
            body("jobs", attributes, [("structure_link", "structure_links", links)])
        )
        #expect(made.status == 201)
        let id = made.json.at("data.id")
        let path = "jobs/" + (id.string ?? "")
        #expect(try await client.pinpoint("PUT", path, body("jobs", ["status": "open"], id: id)).status == 422)
        let opened = try await client.pinpoint(
            "PUT",
            path,
            body(
                "jobs",
                [
                    "status": "open", "description": "<p>Plans.</p>", "employment_type": "full_time",
                    "workplace_type": "hybrid",
                ],
                id: id
            )
        )
        #expect(opened.json.at("data.attributes.opened_at") != .null)
        let read = try await client.pinpoint("GET", path + "?include=stages,job_postings")
        #expect(read.json.at("included").array?.count == 9)
        let feed = await client.sandbox.pinpoint.respond(to: .init(target: "/en/postings.json"))
        let text = String(decoding: try await feed.body.collect(limit: 1 << 22), as: UTF8.self)
        #expect(text.contains("Dispatcher"))
        #expect(try await client.pinpoint("DELETE", path).status == 200)
        #expect(try await client.pinpoint("DELETE", "jobs/4321").status == 422)
    }

    @Test func `job seekers, answers, requisitions and checks are written and read back`() async throws {
        let seeker = try await client.pinpoint(
            "POST",
            "job_seekers",
            body("job_seekers", ["first_name": "Ada", "last_name": "Novak", "email": "ada@mail.example"])
        )
        let id = seeker.json.at("data.id").string ?? ""
        #expect(seeker.status == 201 && seeker.json.at("data.attributes.full_name") == "Ada Novak")
        let question = try await client.pinpoint("GET", "questions").json.at("data.0.id").string ?? ""
        let answer = try await client.pinpoint(
            "POST",
            "answers",
            body(
                "answers",
                ["text_answer": "Soon"],
                [("question", "questions", question), ("answerable", "job_seekers", id)]
            )
        )
        #expect(answer.status == 201)
        let read = try await client.pinpoint("GET", "job_seekers/\(id)?include=answers")
        #expect(read.json.at("included.0.attributes.text_answer") == "Soon")
        let requisition = try await client.pinpoint(
            "POST",
            "requisitions",
            body(
                "requisitions",
                ["name": "Seat", "creator_email": "priya.raman@larkfield.example"],
                [("requisition_template", "requisition_templates", "3201")]
            )
        )
        #expect(requisition.json.at("data.attributes.status") == "approved")
        #expect(requisition.json.at("data.attributes.creator_id") == "3002")
        let own = requisition.json.at("data.id")
        let archived = try await client.pinpoint(
            "PUT",
            "requisitions/" + (own.string ?? ""),
            body("requisitions", ["archive": true], id: own)
        )
        #expect(archived.json.at("data.attributes.status") == "archived")
        let check = try await client.pinpoint(
            "POST",
            "background_checks",
            body("background_checks", ["name": "Identity"], [("application", "applications", "5566")])
        )
        #expect(check.status == 201)
        let checks = try await client.pinpoint("GET", "background_checks?filter[application_id]=5566")
        #expect(checks.json.at("data.0.attributes.name") == "Identity")
        let field = try await client.pinpoint(
            "POST",
            "custom_fields",
            body(
                "custom_fields",
                ["name": "Shift", "field_type": "varchar", "resource_type": "job_seeker", "sample_value": "night"]
            )
        )
        #expect(field.status == 201)
        let bad = try await client.pinpoint("POST", "custom_fields", body("custom_fields", ["name": "Shift"]))
        #expect(bad.status == 422)
        #expect(try await client.pinpoint("DELETE", "job_seekers/\(id)").status == 200)
    }

    @Test func `combinations of the structure are unique and stay while they are used`() async throws {
        let first = try await client.pinpoint("GET", "structure_links").json.at("data.0")
        let same = body(
            "structure_links",
            [
                "location_id": first.at("attributes.location_id"),
                "department_id": first.at("attributes.department_id"),
                "division_id": first.at("attributes.division_id"),
            ]
        )
        #expect(try await client.pinpoint("POST", "structure_links", same).status == 422)
        let used = "structure_links/" + (first["id"]?.string ?? "")
        #expect(try await client.pinpoint("DELETE", used).status == 422)
        let group = try await client.pinpoint(
            "POST",
            "structure_custom_group_ones",
            body("structure_custom_group_ones", ["name": "Rail"])
        )
        #expect(group.status == 201)
        let path = "structure_custom_group_ones/" + (group.json.at("data.id").string ?? "")
        #expect(try await client.pinpoint("DELETE", path).status == 200)
    }
}
