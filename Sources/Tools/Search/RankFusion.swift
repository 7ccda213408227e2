/// Joins the order that words give with one that comes from elsewhere, by reciprocal rank fusion (Cormack et al., 2009).
package enum RankFusion {
    /// The constant of the method; larger means that first places matter less.
    private static let damping = 60.0
    /// A tool of which words are so sure keeps its first place.
    private static let certain = 0.9

    /// The joined outcome; that of words alone where it found nothing.
    ///
    /// Scores are those of words, so that they keep their meaning; a tool that words did not find has the least of them.
    ///
    /// - Parameters:
    ///   - words: What words found.
    ///   - other: Names of tools, best first.
    ///   - weight: What a place in the other order counts, against 1 for words.
    ///   - limit: How many tools.
    package static func fuse(
        _ words: SearchOutcome,
        with other: [String],
        weight: Double = 0.7,
        limit: Int
    ) -> SearchOutcome {
        guard !words.abstained, let first = words.hits.first, let last = words.hits.last else { return words }
        var scores: [String: Double] = [:]
        for (rank, hit) in words.hits.enumerated() { scores[hit.tool, default: 0] += 1 / (damping + Double(rank + 1)) }
        for (rank, tool) in other.enumerated() { scores[tool, default: 0] += weight / (damping + Double(rank + 1)) }
        if first.score >= certain { scores[first.tool] = .infinity }
        let known = Dictionary(words.hits.map { ($0.tool, $0.score) }, uniquingKeysWith: { first, _ in first })
        let order = scores.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }.prefix(limit)
        var hits = order.map { SearchOutcome.Hit(tool: $0.key, score: known[$0.key] ?? last.score) }
        // The first figure is the confidence in the whole answer, whichever tool comes first.
        if !hits.isEmpty { hits[0].score = first.score }
        return SearchOutcome(hits: hits, abstained: false)
    }
}
