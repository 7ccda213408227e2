import HTTP
import JSON
import Testing
import Toolkits
import Tools

/// Arguments that are wrong, and those that are right in another form.
@Suite struct ArgumentTests {
    private let uuid: JSONValue = "6549e54c-836c-40f3-a723-a17f611a7726"

    @Test(
        arguments: [
            ("get_single_ashby_job_by_id", [:], "id is missing; expected a UUID."),
            ("get_single_ashby_job_by_id", ["id": "12"], #"id must be a UUID, not "12"."#),
            ("list_all_ashby_jobs", ["limit": 500], "limit must be an integer from 1 to 100, not 500."),
            ("list_all_ashby_jobs", ["stauts": "Open"], "stauts is not a known name; did you mean status?"),
            ("ashby_candidates_search", [:], "One of email, name must be given."),
            ("list_all_pinpoint_jobs", ["limit": "many"], #"limit must be an integer from 1 to 1000, not "many"."#),
            ("create_a_pinpoint_comment", ["body_text": "x"], "commentable_id is missing; expected a string."),
            (
                "create_a_pinpoint_comment", ["body_text": "x", "commentable_id": "1", "commentable_type": "Offer"],
                #"commentable_type must be one of "applications", "job_seekers", "candidates", not "Offer"."#
            ),
            (
                "list_all_pinpoint_comments", ["application_id": "1", "commentable_id": "2"],
                "application_id already says what commentable_id is; give one of them."
            ),
            (
                "list_all_pinpoint_jobs", ["visibility": "external", "job_visibility": "internal"],
                "job_visibility is another name of visibility, and both are given; give one."
            ),
        ] as [(String, JSONObject, String)]
    )
    func `a wrong argument is named with what was expected, and nothing is sent`(
        tool: String,
        arguments: JSONObject,
        problem: String
    ) async {
        let api = FakeAPI(json: "{}")
        let result = await Fixture.provider(api).call(tool, arguments)
        #expect(result.isError)
        #expect(result.value["error"] == "invalid_arguments")
        #expect(result.value["problems"]?.array?.contains(.string(problem)) == true, "\(result.displayText)")
        #expect(result.text?.contains(problem) == true)
        #expect(api.asked.isEmpty)
    }

    @Test func `every problem is told at once`() async {
        let api = FakeAPI(json: "{}")
        let result = await Fixture.provider(api).call("ashby_jobs_set_status", ["status": "Shut"])
        #expect(result.value["problems"]?.array?.count == 2)
    }

    @Test(
        arguments: [
            (["limit": "5"], ["limit": 5]), (["status": "Open"], ["status": ["Open"]]),
            (["status": "open,closed"], ["status": ["Open", "Closed"]]),
            (["status": #"["Draft"]"#], ["status": ["Draft"]]),
            (["opened_after": "1767225600000"], ["openedAfter": 1_767_225_600_000]),
            (["includeUnpublishedJobPostingsIds": "true"], ["includeUnpublishedJobPostingsIds": true]),
            (["syncToken": nil], [:]),
        ] as [(JSONObject, JSONValue)]
    )
    func `a value that can only mean one thing is brought into form`(given: JSONObject, sent: JSONValue) async {
        let api = FakeAPI(json: #"{"success":true,"results":[]}"#)
        let result = await Fixture.provider(api).call("list_all_ashby_jobs", given)
        #expect(!result.isError, "\(result.displayText)")
        #expect(api.body == sent)
    }

    @Test func `null is sent where null means something`() async {
        let api = FakeAPI(json: #"{"success":true,"results":{}}"#)
        let provider = Fixture.provider(api)
        _ = await provider.call("ashby_applications_change_source", ["applicationId": uuid, "sourceId": nil])
        #expect(api.body == ["applicationId": uuid, "sourceId": nil])
        let missing = await provider.call("ashby_applications_change_source", ["applicationId": uuid])
        #expect(missing.value["error"] == "invalid_arguments")
    }

    @Test func `an id is taken under the name that a tool's own name suggests`() async {
        let api = FakeAPI(json: #"{"success":true,"results":{}}"#)
        let provider = Fixture.provider(api)
        _ = await provider.call("get_single_ashby_application_by_id", ["id": uuid])
        #expect(api.body == ["applicationId": uuid])
        _ = await provider.call("get_single_ashby_application_by_id", ["application_id": uuid])
        #expect(api.body == ["applicationId": uuid])
        _ = await provider.call("get_single_ashby_job_by_id", ["jobId": uuid])
        #expect(api.body == ["id": uuid])
    }

    @Test func `shorthands stand for a documented filter`() async {
        let api = FakeAPI(json: #"{"data":[],"meta":{}}"#)
        _ = await Fixture.provider(api).call("list_all_pinpoint_comments", ["application_id": 5566])
        #expect(
            api.lines == [
                "GET https://acme.pinpointhq.com/api/v1/comments?filter%5Bcommentable_id%5D=5566"
                    + "&filter%5Bcommentable_type%5D=Application"
            ]
        )
    }

    @Test func `a value in the path cannot leave its place`() async {
        let api = FakeAPI(json: "{}")
        let provider = Fixture.provider(api)
        _ = await provider.call("get_single_pinpoint_job_by_id", ["id": "../users/1?x=#"])
        #expect(api.lines == ["GET https://acme.pinpointhq.com/api/v1/jobs/..%2Fusers%2F1%3Fx%3D%23"])
        let up = await provider.call("get_single_pinpoint_job_by_id", ["id": ".."])
        #expect(up.value["error"] == "invalid_arguments")
        #expect(api.asked.count == 1)
    }
}
