/// How well verb, entity and name of tools fit a request, as a factor of their scores.
struct ToolFit {
    private let index: SearchIndex
    private let verbs: [Int32]
    private let wantsReading: Bool
    private let entities: [Int32]
    /// How much each term is wanted, by term.
    private let wanted: [Float]

    init(_ query: Query, wanted: [Float], index: SearchIndex) {
        self.index = index
        self.wanted = wanted
        verbs = query.verbs.map { index.meaning(Phrasing.term(verb: $0)) }
        wantsReading = query.verbs.contains(where: SearchLexicon.readingVerbs.contains)
        entities = query.entities.map { index.meaning(Phrasing.term(entity: $0)) }
    }

    /// The factor for a tool, about 0.3 to 3.
    func factor(of tool: SearchIndex.Profile) -> Float {
        var factor: Float = 1
        if let verb = tool.verb {
            if verbs.isEmpty {
                if tool.isReading { factor *= 1.1 }
            } else if verbs.contains(verb) {
                factor *= 1.35
            } else if tool.isReading != wantsReading {
                factor *= 0.7
            } else {
                factor *= tool.isReading ? 0.95 : 0.85
            }
        }
        let things = index.profileNumbers[tool.entities]
        if let head = things.last, !entities.isEmpty {
            factor *= entities.contains(head) ? 1.3 : 0.8
            for entity in things.dropLast() { factor *= entities.contains(entity) ? 1.08 : 0.92 }
        }
        var (found, total): (Float, Float) = (0, 0)
        for term in index.profileNumbers[tool.name] {
            total += index.rarity[Int(term)]
            found += min(1, wanted[Int(term)]) * index.rarity[Int(term)]
        }
        return factor * (0.6 + 0.4 * (total > 0 ? found / total : 0))
    }
}
