import Basics
import Connections
import JSON
import Testing
import Toolkits
import Tools

/// What must be true of the toolkits that come with the project.
@Suite struct RepositoryToolkitsTests {
    @Test func `both toolkits load without a single complaint`() {
        #expect(Fixture.toolkits.diagnostics.map(\.description) == [])
        #expect(Fixture.toolkits.toolkits.map(\.name) == ["ashby", "pinpoint"])
    }

    @Test func `the tools that users know by name are offered`() {
        let names = Set(Fixture.toolkits.toolkits.flatMap { $0.specifications.map(\.name) })
        let known = [
            "list_all_pinpoint_candidates", "get_single_pinpoint_candidate_by_id", "update_a_pinpoint_candidate_by_id",
            "list_all_pinpoint_applications", "list_all_pinpoint_comments", "create_a_pinpoint_comment",
            "list_all_pinpoint_jobs", "get_single_pinpoint_job_by_id", "list_all_pinpoint_users",
            "create_a_pinpoint_user", "get_single_pinpoint_user_by_id", "delete_a_pinpoint_user_by_id",
            "list_all_pinpoint_access_groups", "get_single_pinpoint_access_group_by_id",
            "list_all_ashby_applications", "ashby_applications_change_stage", "ashby_candidates_anonymize",
            "delete_a_ashby_department_by_id", "ashby_jobs_set_status", "update_a_ashby_offer_by_id",
        ]
        #expect(known.filter { !names.contains($0) } == [])
        #expect(names.count >= 48)
    }

    @Test func `every tool of the catalogues that users compare with is there under its name or title`() throws {
        let path = Fixture.home + "/Tests/ToolkitsTests/Fixtures/catalogues.json"
        let catalogues = try JSONParser.parse(TextFile.read(path))
        let tools = Fixture.toolkits.toolkits.flatMap(\.specifications)
        let wantedTitles = (catalogues["titles"]?.array ?? []).compactMap(\.string)
        let wantedNames = (catalogues["names"]?.array ?? []).compactMap(\.string)
        #expect(wantedTitles.count == 125 && wantedNames.count == 48)
        let titles = Set(tools.filter { $0.toolkit == "ashby" }.map(\.title))
        #expect(wantedTitles.filter { !titles.contains($0) } == [])
        let names = Set(tools.map(\.name))
        #expect(wantedNames.filter { !names.contains($0) } == [])
    }

    @Test(arguments: Fixture.toolkits.toolkits.flatMap { $0.specifications.map(\.name) })
    func `every tool describes itself and each of its arguments`(name: String) throws {
        let all = Fixture.toolkits.toolkits.flatMap(\.specifications)
        let tool = try #require(all.first { $0.name == name })
        #expect(tool.description.count >= 40)
        for property in tool.inputSchema["properties"]?.object ?? [:] {
            #expect((property.value["description"]?.string ?? "").count >= 5, "\(property.name)")
        }
        #expect(!tool.title.isEmpty)
        #expect(!tool.tags.isEmpty)
        #expect(JSONSchema(tool.inputSchema).defects == [])
    }

    @Test func `lists take a limit and a cursor that must come back unchanged`() {
        for tool in Fixture.toolkits.toolkits.flatMap(\.specifications)
        where tool.name.hasPrefix("list_all_pinpoint")
            && tool.name != "list_all_pinpoint_public_postings"
        {
            let properties = tool.inputSchema["properties"]
            #expect(properties?["limit"]?["type"] == "integer")
            #expect(properties?["next_cursor"]?["description"]?.string?.contains("unchanged") == true)
        }
    }

    @Test func `what a connection needs is known before there is one`() throws {
        let pinpoint = try #require(Fixture.toolkits.toolkits.first { $0.name == "pinpoint" })
        #expect(pinpoint.authentication.fields.map(\.name) == ["subdomain", "api_key", "webhook_secret"])
        #expect(pinpoint.authentication.fields.map(\.isSecret) == [false, true, true])
    }
}
