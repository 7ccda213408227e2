import Basics
import HTTP
import JSON
import TestSupport
import Testing
import Toolkits
import Tools

/// Answers that a toolkit reshapes with JSONata.
@Suite struct ResponseMappingTests {
    private static let person = """
        {"id": "u1", "firstName": "Ada", "lastName": "Bell", "globalRole": "Limited Access", "isEnabled": true,
         "updatedAt": "2026-11-20T09:00:00.000Z", "customFields": []}
        """

    @Test func `feedback comes as questions and answers, and nothing that was submitted is lost`() async {
        let api = FakeAPI(
            json: """
                {"success": true, "results": [{
                  "id": "f1", "applicationId": "a1", "submittedByUser": \(Self.person),
                  "formDefinition": {"sections": [{"title": "S", "fields": [
                    {"isRequired": true, "field": {"id": "q1", "type": "ValueSelect", "path": "overall", "title": "Overall",
                     "selectableValues": [{"label": "Yes", "value": "3"}, {"label": "No", "value": "2"}]}},
                    {"isRequired": false, "field": {"id": "q2", "type": "RichText", "path": "notes", "title": "Notes"}}
                  ]}]},
                  "submittedValues": {"overall": "3", "elsewhere": true}
                }], "moreDataAvailable": false}
                """
        )
        let result = await Fixture.provider(api).call(
            "list_all_ashby_application_feedback",
            ["applicationId": "3f2f1e0d-0c0b-4a09-8807-060504030201"]
        )
        #expect(
            result.value["items"] == [
                [
                    "id": "f1", "applicationId": "a1",
                    "submittedByUser": ["id": "u1", "firstName": "Ada", "lastName": "Bell"],
                    "answers": [
                        [
                            "question": "Overall", "path": "overall", "type": "ValueSelect", "answer": "3",
                            "label": "Yes",
                        ], ["question": "Notes", "path": "notes", "type": "RichText"],
                    ],
                    "otherValues": ["elsewhere": true],
                ]
            ]
        )
    }

    @Test func `a single record is reshaped too, and one without the place stays as it is`() async {
        let offer = { (version: String) in
            FakeAPI(json: #"{"success": true, "results": {"id": "o1", "acceptanceStatus": "Pending"\#(version)}}"#)
        }
        let id: JSONObject = ["offerId": "3f2f1e0d-0c0b-4a09-8807-060504030201"]
        let with = await Fixture.provider(offer(#", "latestVersion": {"id": "v1", "author": \#(Self.person)}"#))
            .call("get_single_ashby_offer_by_id", id)
        #expect(with.value["latestVersion"]?["author"] == ["id": "u1", "firstName": "Ada", "lastName": "Bell"])
        let without = await Fixture.provider(offer("")).call("get_single_ashby_offer_by_id", id)
        #expect(without.value == ["id": "o1", "acceptanceStatus": "Pending"])
    }

    @Test func `every complaint of the other side is told, not only the first`() async {
        let api = FakeAPI(
            json: #"{"errors": [{"detail": "Name can't be blank"}, {"title": "Invalid", "code": "x"}]}"#,
            status: 422
        )
        let result = await Fixture.provider(api).call("list_all_pinpoint_users")
        #expect(result.value["upstream_message"] == "Name can't be blank; Invalid")
    }

    @Test func `a mapping that is no expression is told with its place, and its tool is not offered wrongly`() {
        let folder = TemporaryFolder()
        folder.write(
            "tiny/openapi.json",
            """
            {"openapi": "3.1.0", "info": {"title": "Tiny", "version": "1"}, "servers": [{"url": "https://api.tiny.example"}],
             "paths": {"/things": {"get": {"operationId": "list", "summary": "Lists every thing that there is."}}}}
            """
        )
        folder.write(
            "tiny/toolkit.json",
            """
            {"format": 1, "name": "tiny", "title": "Tiny", "description": "Things.", "hosts": ["api.tiny.example"],
             "tools": [{"name": "list_things", "title": "List", "operation": "list", "effect": "read", "response": "a.("}]}
            """
        )
        let messages = ToolkitLoader.load(folder: folder.path + "/tiny").diagnostics.map(\.description)
        #expect(messages.count == 1)
        #expect(messages.first?.contains("/tools/0/response: error: is not a JSONata expression (S02") == true)
    }
}
