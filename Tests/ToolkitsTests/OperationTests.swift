import JSON
import Testing
import Toolkits
import Tools

/// Every tool with arguments that fit, with each needed one missing, and with each one of a wrong type.
@Suite struct OperationTests {
    private static let tools = Fixture.toolkits.toolkits.flatMap(\.specifications)

    @Test func `every operation that is known is a tool, and those left out say why`() throws {
        let counts = Fixture.toolkits.toolkits.map { $0.specifications.count }
        #expect(counts == [192, 112])
        let ashby = try #require(Fixture.toolkits.toolkits.first)
        #expect(
            ashby.excluded.map(\.operation) == [
                "application.change_stage", "application.change_source", "location.updateRemoteStatus",
            ]
        )
        #expect(ashby.excluded.allSatisfy { $0.reason.count > 20 })
    }

    @Test func `names fit, and titles are told apart within a toolkit`() {
        for toolkit in Fixture.toolkits.toolkits {
            let names = toolkit.specifications.map(\.name)
            #expect(names.allSatisfy { $0.utf8.count <= 64 })
            let titles = toolkit.specifications.map(\.title)
            #expect(Set(titles).count == titles.count)
        }
    }

    @Test func `each needed argument that is missing is named, and nothing is sent`() async {
        for tool in OperationTests.tools {
            let sample = GoldenRequestTests.sample(tool)
            for name in tool.inputSchema["required"]?.array?.compactMap(\.string) ?? [] {
                var arguments = sample
                arguments[name] = nil
                let api = FakeAPI(json: "{}")
                let result = await Fixture.provider(api).call(tool.name, arguments)
                #expect(result.value["error"] == "invalid_arguments", "\(tool.name) without \(name)")
                #expect(result.displayText.contains(name), "\(tool.name) without \(name)")
                #expect(api.asked.isEmpty, "\(tool.name) without \(name)")
            }
        }
    }

    @Test func `an argument of a wrong type is refused, and nothing is sent`() async {
        for tool in OperationTests.tools {
            let sample = GoldenRequestTests.sample(tool)
            for property in tool.inputSchema["properties"]?.object ?? [:] {
                guard let wrong = OperationTests.misfit(property.value) else { continue }
                var arguments = sample
                arguments[property.name] = wrong
                let api = FakeAPI(json: "{}")
                let result = await Fixture.provider(api).call(tool.name, arguments)
                #expect(result.value["error"] == "invalid_arguments", "\(tool.name) \(property.name)")
                #expect(api.asked.isEmpty, "\(tool.name) \(property.name)")
            }
        }
    }

    @Test func `the removed operation lives on as the one that replaced it`() async {
        let id: JSONValue = "6549e54c-836c-40f3-a723-a17f611a7726"
        for (isRemote, type) in [(true, "Remote"), (false, "OnSite")] {
            let api = FakeAPI(json: #"{"success":true,"results":{}}"#)
            _ = await Fixture.provider(api).call(
                "ashby_locations_update_remote_status",
                ["locationId": id, "isRemote": .bool(isRemote)]
            )
            #expect(api.lines == ["POST https://api.ashbyhq.com/location.updateWorkplaceType"])
            #expect(api.body == ["locationId": id, "workplaceType": .string(type)])
        }
    }

    @Test func `a public feed of plain objects keeps their members`() async {
        let api = FakeAPI(json: #"{"data":[{"id":7,"title":"Planner"}]}"#)
        let result = await Fixture.provider(api).call("list_all_pinpoint_public_postings")
        #expect(result.value["items"] == [["id": 7, "title": "Planner"]])
    }

    /// A value that the schema cannot mean; nil where everything is allowed.
    private static func misfit(_ schema: JSONValue) -> JSONValue? {
        switch schema["type"]?.string {
        case "object": return "text"
        case nil: return schema["anyOf"] == nil ? nil : ["unexpected": true]
        default: return ["unexpected": true]
        }
    }
}
