import JSON
import Testing
import ToolRouter
import Tools

@Suite struct MetaToolsSearchTests {
    private static let guide = SearchGuide.read(
        [
            "tools": [
                "create_a_acme_comment": [
                    "ask": ["write down what was said"], "arguments": "Needs id; may have note (text).",
                ],
                "list_all_acme_candidates": [
                    "not_for": [
                        ["purpose": "one job", "use": "get_single_acme_job_by_id"],
                        ["purpose": "offers", "use": "list_all_beta_offers"],
                    ]
                ],
                "get_single_acme_job_by_id": [
                    "not_for": [["purpose": "removal", "use": "delete_a_acme_job_by_id"]]
                ],
            ],
            "use_cases": [
                [
                    "id": "acme-comment", "title": "Leave a comment", "goal": "create_a_acme_comment",
                    "steps": [
                        ["tool": "list_all_acme_candidates", "note": "Find the candidate."],
                        ["tool": "delete_a_acme_job_by_id", "note": "Only now."],
                        ["tool": "create_a_acme_comment", "note": "Write."],
                    ],
                    "pitfalls": ["Everybody can read it."],
                ]
            ],
        ],
        file: "search.json"
    ).guide

    private func search(_ requests: [String], policy: ToolPolicy = ToolPolicy()) async throws -> (JSONValue, [UInt8]) {
        let meta = MetaTools(router: Fixture.router(guide: MetaToolsSearchTests.guide), policy: policy)
        let queries = requests.map { JSONValue.object(["use_case": .string($0)]) }
        let arguments: JSONObject = ["queries": .array(queries)]
        let result = await meta.call(ToolCall(tool: "search_tools", arguments: arguments, user: "ada", origin: .model))
        return (try Fixture.json(result.payload), result.payload)
    }

    @Test func `a plan and its pitfalls come with the tool that it ends in, once`() async throws {
        let (value, _) = try await search(["create comment", "write a comment"])
        #expect(value["results"]?[0]?["tools"]?[0]?["arguments"] == "Needs id; may have note (text).")
        #expect(
            value["results"]?[0]?["plan"] == [
                "id": "acme-comment", "goal": "Leave a comment",
                "steps": [
                    "list_all_acme_candidates: Find the candidate.", "delete_a_acme_job_by_id: Only now.",
                    "create_a_acme_comment: Write.",
                ],
                "pitfalls": ["Everybody can read it."],
            ]
        )
        #expect(value["results"]?[1]?["plan"] == ["id": "acme-comment"])
        #expect(value["results"]?[1]?["tools"]?[0] == ["name": "create_a_acme_comment", "described": "above"])
    }

    @Test func `a step whose tool the policy hides is not shown, nor is a difference to one`() async throws {
        let policy = ToolPolicy(tools: ["create_a_acme_comment", "list_all_acme_candidates"])
        let (value, bytes) = try await search(["create comment", "list candidates", "list offers"], policy: policy)
        #expect(
            value["results"]?[0]?["plan"]?["steps"]?.array == [
                "list_all_acme_candidates: Find the candidate.", "create_a_acme_comment: Write.",
            ]
        )
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(!text.contains("delete_a_acme_job") && !text.contains("list_all_beta"))
    }

    @Test func `look-alikes among the tools that were found are told apart`() async throws {
        let (value, _) = try await search(["list candidates for a job"])
        let found = value["results"]?[0]?["tools"]?.array?.compactMap { $0["name"]?.string } ?? []
        #expect(found.contains("list_all_acme_candidates") && found.contains("get_single_acme_job_by_id"))
        let differences = value["results"]?[0]?["differences"]?.array?.compactMap(\.string) ?? []
        #expect(
            differences.contains("list_all_acme_candidates is not for one job: use get_single_acme_job_by_id.")
        )
        #expect(
            !differences.contains { $0.hasSuffix("use list_all_beta_offers.") }
                || found.contains("list_all_beta_offers")
        )
    }

    @Test func `the same search has the same bytes`() async throws {
        let requests = ["list candidates", "create comment", "offers"]
        let (_, first) = try await search(requests)
        for _ in 0..<3 { #expect(try await search(requests).1 == first) }
    }
}
