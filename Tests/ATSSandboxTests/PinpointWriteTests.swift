import ATSSandbox
import Basics
import JSON
import Testing

struct PinpointWriteTests {
    let client = SandboxClient(sandbox: Sandbox(like: .small))

    private func body(
        _ type: String,
        id: String? = nil,
        _ attributes: JSONValue,
        _ relationships: JSONValue = [:]
    ) -> JSONValue {
        var data: JSONValue = ["type": .string(type), "attributes": attributes, "relationships": relationships]
        if let id { data["id"] = .string(id) }
        return ["data": data]
    }

    @Test func `a comment is made with its polymorphic target, read back, and written by the system user`() async throws
    {
        let target: JSONValue = ["commentable": ["data": ["type": "applications", "id": "5566"]]]
        let made = try await client.pinpoint(
            "POST",
            "comments",
            body("comments", ["body_text": "Agenda sent."], target)
        )
        #expect(made.status == 201)
        #expect(made.json.at("data.attributes.commentable_type") == "Application")
        #expect(made.json.at("data.attributes.user_id") == "3001")
        let id = made.json.at("data.id").string ?? ""
        #expect(
            try await client.pinpoint("GET", "comments/\(id)").json.at("data.attributes.body_text") == "Agenda sent."
        )
        let gone = try await client.pinpoint("DELETE", "comments/\(id)")
        #expect(gone.status == 200)
        #expect(gone.json == ["meta": [:]])
        #expect(try await client.pinpoint("GET", "comments/\(id)").status == 404)
    }

    @Test func `what a comment lacks or may not have is 422`() async throws {
        let target: JSONValue = ["commentable": ["data": ["type": "applications", "id": "5566"]]]
        for (attributes, links, detail) in [
            (["body_text": ""], target, "body_text can't be blank"),
            (["body_text": "x"], [:], "commentable must exist"),
            (["body_text": "x", "private_comment": true], target, "private_comment cannot be written"),
            (["body_text": "x", "mood": "good"], target, "mood is an unknown attribute"),
            (["body_text": 7], target, "body_text must be a string"),
        ] as [(JSONValue, JSONValue, String)] {
            let answer = try await client.pinpoint("POST", "comments", body("comments", attributes, links))
            #expect(answer.status == 422)
            #expect(answer.json.at("errors.0.detail") == .string(detail))
        }
        let wrong: JSONValue = ["commentable": ["data": ["type": "users", "id": "3001"]]]
        #expect(
            try await client.pinpoint("POST", "comments", body("comments", ["body_text": "x"], wrong)).status == 422
        )
        #expect(try await client.pinpoint("POST", "comments", body("notes", [:])).status == 400)
    }

    @Test func `a candidate is changed by PUT, only where it says so`() async throws {
        let answer = try await client.pinpoint(
            "PUT",
            "candidates/98765",
            body("candidates", id: "98765", ["last_name": "Jenkins-Roe", "phone": "+44 7700 900999"])
        )
        #expect(answer.status == 200)
        let now = try await client.pinpoint("GET", "candidates/98765").json.at("data.attributes")
        #expect(now.at("full_name") == "Sarah Jenkins-Roe")
        #expect(now.at("phone") == "+447700900999")
        #expect(now.at("email") == "sarah.jenkins@mail.example")
        #expect(now.at("updated_at") == "2026-11-20T09:00:00+00:00")
        let summary = body("candidates", id: "98765", ["summary": "x"])
        #expect(try await client.pinpoint("PUT", "candidates/98765", summary).status == 422)
        let other = body("candidates", id: "1", ["last_name": "X"])
        #expect(try await client.pinpoint("PUT", "candidates/98765", other).status == 400)
        #expect(try await client.pinpoint("POST", "candidates", body("candidates", [:])).status == 404)
    }

    @Test func `users are made, refused twice, and deleted`() async throws {
        let person: JSONValue = [
            "first_name": "Ida", "last_name": "Holm", "email": "ida.holm@larkfield.example", "user_type": "recruiter",
        ]
        let made = try await client.pinpoint("POST", "users", body("users", person))
        #expect(made.status == 201)
        #expect(made.json.at("data.attributes")["user_type"] == nil)
        let again = try await client.pinpoint("POST", "users", body("users", person))
        #expect(again.json.at("errors.0.detail") == "email has already been taken")
        let bad = try await client.pinpoint("POST", "users", body("users", ["first_name": "Ida"]))
        #expect(bad.json.at("errors.0.detail") == "last_name can't be blank")
        let id = made.json.at("data.id").string ?? ""
        #expect(try await client.pinpoint("DELETE", "users/\(id)").json == ["meta": [:]])
        #expect(try await client.pinpoint("DELETE", "users/\(id)").status == 404)
    }

    @Test func `an application moves between the stages of its own job, with tags`() async throws {
        let links: JSONValue = ["stage": ["data": ["type": "stages", "id": "43217"]]]
        let tag: JSONValue = ["add_tag_with_context": ["tag": "Role filled", "context": "rejection"]]
        let moved = try await client.pinpoint("PUT", "applications/5566", body("applications", id: "5566", tag, links))
        #expect(moved.json.at("data.attributes.rejected_at") == "2026-11-20T09:00:00+00:00")
        let path =
            "applications/5566?extra_fields[applications]=tags,days_in_current_stage&include=stage,furthest_stage"
        let now = try await client.pinpoint("GET", path).json
        #expect(now.at("data.attributes.days_in_current_stage") == 0)
        #expect(
            now.at("data.attributes.tags").array?.contains(["name": "Role filled", "context": "rejection"]) == true
        )
        #expect(now.at("included.1.attributes.name") == "Hiring manager interview")
        let foreign: JSONValue = ["stage": ["data": ["type": "stages", "id": "12342"]]]
        let refused = try await client.pinpoint(
            "PUT",
            "applications/5566",
            body("applications", id: "5566", [:], foreign)
        )
        #expect(refused.json.at("errors.0.detail") == "stage must belong to the job")
    }

    @Test func `a new application makes its candidate, or finds the one with the address`() async throws {
        let job: JSONValue = ["job": ["data": ["type": "jobs", "id": "1229"]]]
        let person: JSONValue = ["first_name": "Ida", "last_name": "Holm", "email": "ida@mail.example"]
        let made = try await client.pinpoint("POST", "applications", body("applications", person, job)).json
        let candidate = made.at("data.attributes.candidate_id").string ?? ""
        #expect(
            try await client.pinpoint("GET", "candidates/\(candidate)").json.at("data.attributes.full_name")
                == "Ida Holm"
        )
        #expect(made.at("data.attributes.stage_id") == "12290")
        let again = try await client.pinpoint("POST", "applications", body("applications", person, job)).json
        #expect(again.at("data.attributes.candidate_id").string == candidate)
    }

    @Test func `a custom value comes along with its record, in the attribute of its type`() async throws {
        func value(_ name: String) -> JSONValue {
            var body = body(
                "candidates",
                id: "98315",
                [:],
                ["custom_attributes": ["data": [["type": "custom_attributes", "temp-id": "a", "method": "create"]]]]
            )
            body["included"] = [
                [
                    "type": "custom_attributes", "temp-id": "a", "attributes": .object([name: 6]),
                    "relationships": ["custom_field": ["data": ["type": "custom_fields", "id": "2701"]]],
                ]
            ]
            return body
        }
        let wrong = try await client.pinpoint("PUT", "candidates/98315", value("decimal_value"))
        #expect(wrong.status == 422)
        #expect(try await client.pinpoint("PUT", "candidates/98315", value("integer_value")).status == 200)
        let read = try await client.pinpoint("GET", "candidates/98315?include=custom_attributes").json
        #expect(read.at("included.0.attributes.value") == "6")
        #expect(read.at("included.0.attributes.field_name") == "Notice period (weeks)")
    }

    @Test func `a department in use stays`() async throws {
        let answer = try await client.pinpoint("DELETE", "departments/2002")
        #expect(answer.status == 422)
        #expect(answer.json.at("errors.0.detail") == "Record is in use")
    }
}
