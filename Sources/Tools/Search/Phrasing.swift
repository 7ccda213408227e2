/// What the vocabulary reads out of a sequence of words, the same way for requests, names and utterances.
struct Phrasing {
    var verbs: [String] = []
    var entities: [String] = []
    var concepts: [Int] = []
    /// Places of words that only say what is to be done.
    var verbWords: Set<Int> = []
    /// Places of words that an entity or a concept accounts for.
    var subjectWords: Set<Int> = []

    init(_ stems: [String], lexicon: SearchLexicon) {
        for match in lexicon.matches(in: stems) {
            switch match.meaning {
            case .verb(let verb):
                if !verbs.contains(verb) { verbs.append(verb) }
                verbWords.formUnion(match.range)
            case .entity(let entity):
                if !entities.contains(entity) { entities.append(entity) }
                subjectWords.formUnion(match.range)
            case .concept(let number):
                if !concepts.contains(number) { concepts.append(number) }
                subjectWords.formUnion(match.range)
            case .outside: break
            }
        }
    }

    // Marks that no word can have, so that what words mean is indexed beside the words themselves.
    static func term(verb: String) -> String { "#" + verb }
    static func term(entity: String) -> String { "@" + entity }
    static func term(concept: Int) -> String { "~\(concept)" }

    /// What was read, as index terms.
    var terms: [String] {
        verbs.map(Phrasing.term(verb:)) + entities.map(Phrasing.term(entity:)) + concepts.map(Phrasing.term(concept:))
    }
}
