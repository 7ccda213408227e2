/// Takes a request apart where it asks for several things.
enum QueryParts {
    private static let joints: Set<String> = ["and", "then", "also", "plus", "afterward", "finally", "next"]
    /// How far into a part its verb may stand.
    private static let verbWithin = 3

    static func split(_ words: [QueryWord], lexicon: SearchLexicon) -> [[QueryWord]] {
        let verbs = lexicon.matches(in: words.map(\.stem)).compactMap { match -> Int? in
            if case .verb = match.meaning { match.range.lowerBound } else { nil }
        }
        guard verbs.count > 1 else { return [words] }
        var parts: [[QueryWord]] = []
        var start = 0
        for position in words.indices.dropFirst() {
            let isJoint = joints.contains(words[position].word.text) || words[position].word.followsBreak
            guard isJoint else { continue }
            let hasVerb = verbs.contains { $0 >= start && $0 < position }
            let nextHasVerb = verbs.contains { $0 >= position && $0 <= position + verbWithin }
            guard hasVerb, nextHasVerb else { continue }
            parts.append(Array(words[start..<position]))
            start = position
        }
        parts.append(Array(words[start...]))
        return parts
    }
}
