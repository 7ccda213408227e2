import Basics
import Testing

/// Names that were probably meant.
@Suite struct SimilarityTests {
    @Test(
        arguments: [
            ("stauts", ["status", "state", "stage"], ["status"]),
            ("Open-Jobs", ["open_jobs", "closed_jobs"], ["open_jobs"]),
            ("search", ["search_text", "limit"], ["search_text"]), ("xyz", ["limit", "cursor"], []), ("", ["a"], []),
            ("limit", [], []), ("candidateId", ["candidate_id", "job_id"], ["candidate_id"]),
        ] as [(String, [String], [String])]
    )
    func `the nearest name comes first, and far ones do not come at all`(
        name: String,
        candidates: [String],
        nearest: [String]
    ) {
        #expect(Similarity.nearest(to: name, among: candidates, limit: 1) == nearest)
    }

    @Test func `three at most, nearest first, ties in order of the alphabet`() {
        let names = ["list_all_b", "list_all_a", "list_all_abc", "delete_x", "list_all_c"]
        #expect(Similarity.nearest(to: "list_all_a", among: names) == ["list_all_a", "list_all_abc", "list_all_b"])
    }
}
