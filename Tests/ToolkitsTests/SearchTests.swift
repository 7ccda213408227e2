import Basics
import HTTP
import JSON
import Testing
import Toolkits
import Tools

/// Looking for people by name where the API cannot.
@Suite struct SearchTests {
    /// Pages of 1000 people; number 1500 is Zoë Müller, number 2999 Zoe Mueller-Smith.
    private static func people(_ request: HTTPRequest, total: Int = 3000) -> HTTPResponse {
        let query = PercentEncoding.decodeForm(request.query)
        func number(_ name: String) -> Int { query.first { $0.name == name }.flatMap { Int($0.value) } ?? 1 }
        let size = number("page[size]")
        let first = (number("page[number]") - 1) * size
        var records: [JSONValue] = []
        for id in first..<max(first, min(first + size, total)) {
            let name = id == 1500 ? "Zoë O’Müller" : id == 2999 ? "Zoe Omuller-Smith" : "Person \(id)"
            records.append(["id": .string("\(id)"), "type": "candidates", "attributes": ["full_name": .string(name)]])
        }
        return .json(JSONWriter.bytes(of: ["data": .array(records), "meta": [:]]))
    }

    @Test func `every page is looked at, and the result says how far`() async {
        let api = FakeAPI { SearchTests.people($0) }
        let result = await Fixture.provider(api).call("list_all_pinpoint_candidates", ["search": "omuller ZOE"])
        #expect(result.value["items"]?.array?.compactMap { $0["id"]?.string } == ["1500", "2999"])
        #expect(result.value["next_cursor"] == .null)
        #expect(result.value["search"] == ["pages_read": 4, "records_read": 3000, "stopped_early": false])
        #expect(api.lines.first?.contains("sort=id&page%5Bsize%5D=1000&page%5Bnumber%5D=1") == true)
    }

    @Test func `a search that finds enough stops, and goes on from there`() async throws {
        let api = FakeAPI { SearchTests.people($0) }
        let provider = Fixture.provider(api)
        let first = await provider.call("list_all_pinpoint_candidates", ["search": "zoe", "limit": 1])
        #expect(first.value["items"]?.array?.compactMap { $0["id"]?.string } == ["1500"])
        #expect(first.value["search"] == ["pages_read": 2, "records_read": 1501, "stopped_early": true])
        let cursor = try #require(first.value["next_cursor"])
        let second = await provider.call("list_all_pinpoint_candidates", ["search": "zoe", "next_cursor": cursor])
        #expect(second.value["items"]?.array?.compactMap { $0["id"]?.string } == ["2999"])
        let other = await provider.call("list_all_pinpoint_candidates", ["search": "ann", "next_cursor": cursor])
        #expect(other.value["error"] == "invalid_arguments")
    }

    @Test func `no search reads more pages than the toolkit declares`() async {
        let api = FakeAPI { SearchTests.people($0, total: 50_000) }
        let result = await Fixture.provider(api).call("list_all_pinpoint_candidates", ["search": "nobody"])
        #expect(api.asked.count == 10)
        #expect(result.value["items"] == [])
        #expect(result.value["search"] == ["pages_read": 10, "records_read": 10000, "stopped_early": true])
        #expect(result.value["next_cursor"]?.string != nil)
    }

    @Test func `an e-mail address is looked up the cheap way`() async {
        let api = FakeAPI { request in
            guard request.path == "/api/v1/applications" else { return SearchTests.people(request) }
            let known = request.query.contains("sarah%40mail.example")
            let record = """
                {"id":"5566","type":"applications","attributes":{},
                 "relationships":{"candidate":{"data":{"type":"candidates","id":"98765"}}}}
                """
            let candidate = #"{"id":"98765","type":"candidates","attributes":{"full_name":"Sarah Jenkins"}}"#
            let text = known ? "{\"data\":[\(record),\(record)],\"included\":[\(candidate)]}" : "{\"data\":[]}"
            return .json(Array(text.utf8))
        }
        let provider = Fixture.provider(api)
        let found = await provider.call("list_all_pinpoint_candidates", ["search": "sarah@mail.example"])
        #expect(found.value["items"] == [["id": "98765", "full_name": "Sarah Jenkins"]])
        #expect(found.value["search"] == ["pages_read": 1, "records_read": 2, "stopped_early": false])
        #expect(api.asked.count == 1)
        let other = await provider.call("list_all_pinpoint_candidates", ["search": "zoe@mail.example"])
        #expect(other.value["search"]?["pages_read"] == 4)
    }
}
