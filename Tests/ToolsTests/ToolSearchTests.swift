import Basics
import JSON
import TestSupport
import Testing
import Tools

@Suite struct ToolSearchTests {
    private static let lexicon = SearchLexicon.read(
        [
            "verbs": [
                "list": ["list", "show", "which"], "get": ["get"], "create": ["create", "write down", "add"],
                "change": ["change", "move"],
            ],
            "entities": [
                "candidate": ["candidate", "person", "people"], "job": ["job", "role"], "note": ["note"],
                "application": ["application"],
            ],
            "concepts": [
                ["when": ["be forgotten", "erase * data"], "means": ["anonymize candidate"]],
                ["when": ["pass on", "next round"], "means": ["change application stage"]],
            ],
        ],
        file: "lexicon.json"
    ).lexicon

    private let search = ToolSearch(FixedTools.recruiting, lexicon: lexicon)

    private func first(_ request: String, toolkit: String? = "acme") -> String? {
        search.search(request, toolkit: toolkit).hits.first?.tool
    }

    @Test(arguments: [
        ("list candidates", "list_all_acme_candidates"),
        ("show the notes of candidate c_9012", "list_all_acme_candidate_notes"),
        ("which roles are there", "list_all_acme_jobs"),
        ("write down a note about this person", "create_a_acme_candidate_note"),
        ("He would like to be forgotten.", "acme_candidates_anonymize"),
        ("erase all of her data", "acme_candidates_anonymize"),
        ("pass on Dmitri", "acme_applications_change_stage"),
        ("get job", "get_single_acme_job_by_id"),
    ])
    func `a request finds its tool by the words people use`(request: String, tool: String) {
        #expect(first(request) == tool)
    }

    @Test(arguments: [
        ("lits canddiates", "list_all_acme_candidates"),
        ("anonimize candidat", "acme_candidates_anonymize"),
        ("cahnge aplication stag", "acme_applications_change_stage"),
    ])
    func `misspelt words are repaired`(request: String, tool: String) {
        #expect(first(request) == tool)
    }

    @Test(arguments: ["", "   ", "play some jazz", "what's 18% of 4,200", "the of and", "🎈", "list"])
    func `a request that no tool serves has no answer`(request: String) {
        let outcome = search.search(request)
        #expect(outcome.abstained)
        #expect(outcome.hits.isEmpty)
    }

    @Test func `a request of several parts finds the tools of each`() {
        let hits = search.search("list the jobs and then write down a note for the candidate", toolkit: "acme").hits
        #expect(hits.prefix(2).map(\.tool) == ["list_all_acme_jobs", "create_a_acme_candidate_note"])
    }

    @Test func `a toolkit that is named or given narrows the search`() {
        #expect(first("list beta jobs", toolkit: nil) == "list_all_beta_jobs")
        #expect(first("list btea jobs", toolkit: nil) == "list_all_beta_jobs")
        #expect(search.search("list jobs", toolkit: "beta").hits.map(\.tool) == ["list_all_beta_jobs"])
        let both = search.search("list jobs in acme and beta").hits.prefix(2).map(\.tool)
        #expect(Set(both) == ["list_all_acme_jobs", "list_all_beta_jobs"])
    }

    @Test func `values in a request do not count, whatever they contain`() {
        let plain = search.search("list notes of candidate")
        for value in [
            "c_9012", "ada@jobs.example", "'Change Application Stage'", "2026-11-20", "https://jobs.example/x",
        ] {
            #expect(search.search("list notes of candidate \(value)").hits == plain.hits)
        }
    }

    @Test func `utterances count as ways to ask for a tool`() {
        let taught = ToolSearch(
            FixedTools.recruiting,
            utterances: ["list_all_acme_candidate_notes": ["what do we remember about somebody"]],
            lexicon: SearchLexicon()
        )
        #expect(taught.search("what do we remember").hits.first?.tool == "list_all_acme_candidate_notes")
        #expect(ToolSearch(FixedTools.recruiting, lexicon: SearchLexicon()).search("what do we remember").abstained)
    }

    @Test func `an errand that belongs elsewhere has no answer unless a tool is asked for with its words`() {
        let lexicon = SearchLexicon.read(
            ["entities": ["job": ["job", "role"]], "outside": ["org chart"]],
            file: "lexicon.json"
        ).lexicon
        func first(_ request: String, utterances: [String]) -> String? {
            ToolSearch(FixedTools.recruiting, utterances: ["list_all_acme_jobs": utterances], lexicon: lexicon)
                .search(request).hits.first?.tool
        }
        let request = "list the jobs of the org chart"
        // The words must stand in one utterance: a chart of something else in another is not the same errand.
        #expect(first(request, utterances: ["all jobs of the org", "chart of the jobs"]) == nil)
        #expect(first(request, utterances: ["jobs of the org chart"]) == "list_all_acme_jobs")
    }

    @Test func `the same search has the same answer every time, and the limit holds`() {
        let once = search.search("show people and jobs", limit: 3)
        #expect(once.hits.count == 3)
        for _ in 0..<20 { #expect(search.search("show people and jobs", limit: 3) == once) }
    }

    @Test func `any text at all is searched without a fault`() {
        var random = SeededGenerator(seed: 42)
        let alphabet = Array("ab cdelist jobs'\"“”.,;@*-_/0123äß🎈\n\u{0}")
        for _ in 0..<500 {
            let text = String(
                (0..<Int.random(in: 0...60, using: &random)).map { _ in
                    alphabet.randomElement(using: &random) ?? "a"
                }
            )
            let outcome = search.search(text)
            #expect(outcome.hits.allSatisfy { (0...1).contains($0.score) })
        }
    }

    @Test func `a lexicon's mistakes are named with their place`() {
        let (_, problems) = SearchLexicon.read(
            ["verbs": ["list": "show"], "concepts": [["when": ["x"], "means": [1]]], "other": 1],
            file: "l.json"
        )
        #expect(problems.map(\.pointer) == ["/verbs/list", "/concepts/0/means", "/other"])
    }
}
