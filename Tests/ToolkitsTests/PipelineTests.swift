import HTTP
import JSON
import Testing
import Toolkits
import Tools

/// One pipeline, two very different APIs.
@Suite struct PipelineTests {
    @Test func `a flat call becomes a POST with the key as user name and the arguments as body`() async {
        let api = FakeAPI(json: #"{"success":true,"results":{"id":"x","name":"Sarah"}}"#)
        let result = await Fixture.provider(api).call(
            "get_single_ashby_candidate_by_id",
            ["id": "6549e54c-836c-40f3-a723-a17f611a7726"]
        )
        #expect(api.lines == ["POST https://api.ashbyhq.com/candidate.info"])
        #expect(api.body == ["id": "6549e54c-836c-40f3-a723-a17f611a7726"])
        #expect(api.asked.first?.fields["Authorization"] == "Basic azN5Og==")
        #expect(api.asked.first?.fields["Content-Type"] == "application/json")
        #expect(result.displayText == #"{"id":"x","name":"Sarah"}"#)
        #expect(result.origin == .candidate)
        #expect(!result.isError)
    }

    @Test func `an operation without arguments still sends an empty object`() async {
        let api = FakeAPI(json: #"{"success":true,"results":{"title":"k"}}"#)
        _ = await Fixture.provider(api).call("ashby_api_key_info")
        #expect(api.body == [:])
    }

    @Test func `status 200 with success false is an error with its code and request id`() async {
        let api = FakeAPI(
            json: """
                {"success":false,"errors":["application_not_found"],
                 "errorInfo":{"code":"application_not_found","message":"No such application","requestId":"01K4"}}
                """
        )
        let id: JSONValue = "6549e54c-836c-40f3-a723-a17f611a7726"
        let result = await Fixture.provider(api).call("get_single_ashby_application_by_id", ["applicationId": id])
        #expect(result.isError)
        #expect(result.value["error"] == "not_found")
        #expect(result.value["status"] == 200)
        #expect(result.value["upstream_code"] == "application_not_found")
        #expect(result.value["request_id"] == "01K4")
        #expect(result.text?.contains("No such application") == true)
    }

    @Test func `a cursor list passes the vendor's cursor on and stops when there is no more`() async {
        let api = FakeAPI { request in
            guard case .bytes(let bytes) = request.body, let body = try? JSONParser.parse(bytes) else {
                return .text("no", status: 500)
            }
            return body["cursor"] == "abc"
                ? .json(Array(#"{"success":true,"results":[3],"moreDataAvailable":false,"syncToken":"s9"}"#.utf8))
                : .json(Array(#"{"success":true,"results":[1,2],"moreDataAvailable":true,"nextCursor":"abc"}"#.utf8))
        }
        let provider = Fixture.provider(api)
        let first = await provider.call("list_all_ashby_candidates", ["limit": 2])
        #expect(first.displayText == #"{"items":[1,2],"next_cursor":"abc"}"#)
        #expect(api.body == ["limit": 2])
        let second = await provider.call("list_all_ashby_candidates", ["limit": 2, "next_cursor": "abc"])
        #expect(second.displayText == #"{"items":[3],"next_cursor":null,"sync_token":"s9"}"#)
    }

    @Test func `query parameters get flat names and lists are joined with commas`() async {
        let api = FakeAPI(json: #"{"data":[],"meta":{}}"#)
        _ = await Fixture.provider(api).call(
            "list_all_pinpoint_applications",
            [
                "job_id": 8899, "active": true, "visibility": ["confidential", "external"], "include": "stage,job",
                "sort": "-created_at", "created_after": "2026-01-01T00:00:00Z", "include_total": true,
            ]
        )
        #expect(
            api.lines == [
                "GET https://acme.pinpointhq.com/api/v1/applications"
                    + "?filter%5Bcreated_at%5D%5Bgt%5D=2026-01-01T00%3A00%3A00Z&filter%5Bjob_id%5D=8899"
                    + "&filter%5Bstage_basic_type%5D=applied,review,interview,offer"
                    + "&filter%5Bjob_visibility%5D=confidential,external&include=stage,job&sort=-created_at"
                    + "&stats%5Btotal%5D=count"
            ]
        )
        #expect(api.asked.first?.fields["X-API-KEY"] == "k3y")
        #expect(api.asked.first?.fields["Accept"] == "application/vnd.api+json")
    }

    @Test func `numbered pages become one opaque cursor that comes back`() async throws {
        let api = FakeAPI { request in
            let full = request.target.contains("page%5Bnumber%5D=2")
            let data =
                full
                ? "[{\"id\":\"3\",\"type\":\"jobs\",\"attributes\":{\"title\":\"c\"}}]"
                : "[{\"id\":\"1\",\"type\":\"jobs\",\"attributes\":{}},{\"id\":\"2\",\"type\":\"jobs\",\"attributes\":{}}]"
            return .json(Array("{\"data\":\(data),\"meta\":{}}".utf8))
        }
        let provider = Fixture.provider(api)
        let first = await provider.call("list_all_pinpoint_jobs", ["limit": "2"])
        let cursor = try #require(first.value["next_cursor"])
        #expect(first.value["items"]?.array?.count == 2)
        let second = await provider.call("list_all_pinpoint_jobs", ["limit": 2, "next_cursor": cursor])
        #expect(second.displayText == #"{"items":[{"id":"3","title":"c"}],"next_cursor":null}"#)
        #expect(
            api.lines == [
                "GET https://acme.pinpointhq.com/api/v1/jobs?page%5Bsize%5D=2",
                "GET https://acme.pinpointhq.com/api/v1/jobs?page%5Bsize%5D=2&page%5Bnumber%5D=2",
            ]
        )
        let invented = await provider.call("list_all_pinpoint_jobs", ["next_cursor": "page2"])
        #expect(invented.value["error"] == "invalid_arguments")
        #expect(api.asked.count == 2)
    }

    @Test func `a comment is a document with a relationship, and comes back flat`() async {
        let api = FakeAPI(
            json: """
                {"data":{"id":"5102","type":"comments","attributes":{"body_text":"Hi","commentable_id":"5566",
                 "commentable_type":"Application"},"relationships":{"user":{"meta":{"included":false}}}},"meta":{}}
                """,
            status: 201
        )
        let result = await Fixture.provider(api).call(
            "create_a_pinpoint_comment",
            ["commentable_type": "Application", "commentable_id": 5566, "body_text": "Hi"]
        )
        #expect(api.lines == ["POST https://acme.pinpointhq.com/api/v1/comments"])
        #expect(api.asked.first?.fields["Content-Type"] == "application/vnd.api+json")
        #expect(
            api.body == [
                "data": [
                    "type": "comments", "attributes": ["body_text": "Hi"],
                    "relationships": ["commentable": ["data": ["type": "applications", "id": "5566"]]],
                ]
            ]
        )
        #expect(
            result.value == [
                "id": "5102", "body_text": "Hi", "commentable_id": "5566", "commentable_type": "Application",
            ]
        )
    }

    @Test func `an update carries the id of the path and new custom values along`() async {
        let api = FakeAPI(json: #"{"data":{"id":"98765","type":"candidates","attributes":{}}}"#)
        _ = await Fixture.provider(api).call(
            "update_a_pinpoint_candidate_by_id",
            [
                "id": 98765, "phone": "+447700900112",
                "custom_attributes": [["custom_field_id": "5201", "integer_value": 6]],
            ]
        )
        #expect(api.lines == ["PUT https://acme.pinpointhq.com/api/v1/candidates/98765"])
        #expect(
            api.body == [
                "data": [
                    "type": "candidates", "id": "98765", "attributes": ["phone": "+447700900112"],
                    "relationships": [
                        "custom_attributes": [
                            "data": [["type": "custom_attributes", "temp-id": "new-1", "method": "create"]]
                        ]
                    ],
                ],
                "included": [
                    [
                        "type": "custom_attributes", "temp-id": "new-1", "attributes": ["integer_value": 6],
                        "relationships": ["custom_field": ["data": ["type": "custom_fields", "id": "5201"]]],
                    ]
                ],
            ]
        )
    }

    @Test func `included records stand inside the record that refers to them`() async {
        let api = FakeAPI(
            json: """
                {"data":{"id":"5566","type":"applications","attributes":{"job_id":"1234"},"relationships":{
                 "job":{"data":{"type":"jobs","id":"1234"}},"stage":{"data":{"type":"stages","id":"7"}},
                 "comments":{"data":[{"type":"comments","id":"1"},{"type":"comments","id":"2"}]},
                 "offers":{"meta":{"included":false}},"hris_reference":{"data":null}}},
                 "included":[{"id":"1234","type":"jobs","attributes":{"title":"Backend"}},
                 {"id":"1","type":"comments","attributes":{"body_text":"a"},
                  "relationships":{"commentable":{"data":{"type":"applications","id":"5566"}}}}],"meta":{}}
                """
        )
        let result = await Fixture.provider(api).call(
            "get_single_pinpoint_application_by_id",
            ["id": "5566", "include": ["job", "comments"]]
        )
        #expect(
            result.value == [
                "id": "5566", "job_id": "1234", "job": ["id": "1234", "title": "Backend"], "stage_id": "7",
                "comments_ids": ["1", "2"],
                "comments": [
                    ["id": "1", "body_text": "a", "commentable_id": "5566", "commentable_type": "applications"]
                ],
                "hris_reference_id": nil,
            ]
        )
    }

    @Test func `a deletion that returns nothing says that it is done`() async {
        let api = FakeAPI(json: #"{"meta":{}}"#)
        let result = await Fixture.provider(api).call("delete_a_pinpoint_user_by_id", ["id": "12"])
        #expect(api.lines == ["DELETE https://acme.pinpointhq.com/api/v1/users/12"])
        #expect(result.displayText == #"{"done":true}"#)
    }

    @Test(
        arguments: [
            (#"{"success":true,"results":null}"#, #"{"found":false}"#),
            (#"{"success":true,"results":7}"#, #"{"result":7}"#),
            (#"{"success":true,"results":{"a":1},"warnings":["w"]}"#, #"{"a":1,"warnings":["w"]}"#),
            ("{\"success\":true,\n\"results\":{\n\"a\": \"x\\ny\"}}", #"{"a":"x\ny"}"#),
        ]
    )
    func `every result is one object on one line`(body: String, result: String) async {
        let api = FakeAPI(json: body)
        #expect(await Fixture.provider(api).call("ashby_api_key_info").displayText == result)
    }

    @Test func `an unknown tool names the three nearest`() async {
        let api = FakeAPI(json: "{}")
        let result = await Fixture.provider(api).call("list_all_pinpoint_candidate")
        #expect(result.value["error"] == "tool_not_found")
        #expect(result.value["suggestions"]?[0] == "list_all_pinpoint_candidates")
        #expect(api.asked.isEmpty)
    }
}
