import Basics
import JSON
import Testing
import ToolRouter
import Toolkits
import Tools

/// Search over the toolkits and the vocabulary of this repository, asked as people ask.
@Suite struct SearchRelevanceTests {
    private struct Request: Sendable {
        var text: String
        /// Any of these answers it.
        var tools: [String]
    }

    private static let requests: [Request] = [
        Request(text: "find the candidate Sarah Jenkins in Pinpoint", tools: ["list_all_pinpoint_candidates"]),
        Request(text: "which jobs are open in pinpoint", tools: ["list_all_pinpoint_jobs"]),
        Request(text: "what did people write about her in Pinpoint", tools: ["list_all_pinpoint_comments"]),
        Request(text: "applications of a candidate in pinpoint", tools: ["list_all_pinpoint_applications"]),
        Request(text: "leave a comment on pinpoint application 5566", tools: ["create_a_pinpoint_comment"]),
        Request(text: "pinpoit jbos", tools: ["list_all_pinpoint_jobs"]),
        Request(text: "search ashby for someone by email", tools: ["ashby_candidates_search"]),
        Request(text: "move Priya to the next round in ashby", tools: ["ashby_applications_change_stage"]),
        Request(text: "ashby: he did not make the cut", tools: ["ashby_applications_change_stage"]),
        Request(text: "which offers are out in Ashby?", tools: ["list_all_ashby_offers"]),
        Request(text: "ashby interview scheduls", tools: ["list_all_ashby_interview_schedules"]),
        Request(text: "what did the panel think of Omar, in Ashby", tools: ["list_all_ashby_application_feedback"]),
        Request(text: "close the job in ashby", tools: ["ashby_jobs_set_status"]),
        Request(text: "where did she come from, which agency (ashby)", tools: ["list_all_ashby_sources"]),
        Request(text: "ashby candidate wants to be forgotten", tools: ["ashby_candidates_anonymize"]),
        Request(text: "create a note on an ashby candidate", tools: ["create_a_ashby_candidate_note"]),
        Request(text: "reasons for rejection in ashby", tools: ["list_all_ashby_archive_reasons"]),
        Request(text: "list candidates", tools: ["list_all_ashby_candidates", "list_all_pinpoint_candidates"]),
    ]

    private static let errands = [
        "play some jazz", "what is the capital of Peru", "order pizza for the whole team", "translate this into French",
        "how do I boil an egg", "book a flight to Oslo",
    ]

    private static func home() -> String {
        // Tests/ToolRouterTests/SearchRelevanceTests.swift
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    }

    private static func search() throws -> ToolSearch {
        let loaded = ToolkitLoader.loadAll(home: home())
        let (lexicon, problems) = SearchLexicon.read(
            try JSONParser.parse(TextFile.read(home() + "/toolkits/lexicon.json", limit: 1 << 20)),
            file: "lexicon.json"
        )
        #expect(problems.isEmpty)
        var guide = SearchGuide()
        for toolkit in loaded.toolkits {
            let file = "\(home())/toolkits/\(toolkit.name)/search.json"
            let read = SearchGuide.read(try JSONParser.parse(TextFile.read(file)), file: file)
            #expect(read.problems.isEmpty)
            guide.merge(read.guide.limited(to: Set(toolkit.specifications.map(\.name)), file: file).guide)
        }
        let tools = loaded.toolkits.flatMap(\.specifications)
        return ToolSearch(tools, utterances: guide.utterances, lexicon: lexicon)
    }

    @Test func `requests find their tool among the first five, most of them at once`() throws {
        let search = try SearchRelevanceTests.search()
        var (first, five): ([String], [String]) = ([], [])
        for request in SearchRelevanceTests.requests {
            let found = search.search(request.text).hits.map(\.tool)
            if !request.tools.contains(where: found.prefix(1).contains) { first.append("\(request.text): \(found)") }
            if !request.tools.contains(where: found.contains) { five.append("\(request.text): \(found)") }
        }
        #expect(five == [])
        #expect(first.count * 4 <= SearchRelevanceTests.requests.count, "\(first)")
    }

    @Test func `errands of another kind have no tool`() throws {
        let search = try SearchRelevanceTests.search()
        let answered = SearchRelevanceTests.errands.filter { !search.search($0).abstained }
        #expect(answered == [])
    }
}
