/// A word of a request, with the stems it may stand for.
struct QueryWord {
    var word: SearchText.Word
    var stems: [(stem: String, weight: Float)]
    /// Whether some tool or the vocabulary has it, as it is or repaired.
    var isKnown: Bool

    init(_ word: SearchText.Word, stems: [(stem: String, weight: Float)], isKnown: Bool) {
        self.word = word
        self.stems = stems
        self.isKnown = isKnown
    }

    /// The stem that phrases are matched against.
    var stem: String { stems.first?.stem ?? "" }

    var isStop: Bool { word.kind != .word || SearchText.stopWords.contains(word.text) }
}

/// One request, or one part of it, as search sees it.
struct Query {
    /// Words to look up with their weights, in the order of the request.
    private(set) var terms: [(term: Int32, weight: Float)] = []
    private(set) var verbs: [String] = []
    private(set) var entities: [String] = []

    /// What one word or phrase brought in, for judging how much of the request an answer covers.
    private struct Evidence {
        var mass: Float
        var terms: [Int32]
    }

    private var evidence: [Evidence] = []
    private var hasConcept = false
    private var hasContent = false
    private var weights: [Int32: Int] = [:]

    private static let readVerbs: Set<String> = ["list", "get", "search"]

    init(_ words: [QueryWord], index: SearchIndex, lexicon: SearchLexicon, toolkits: [String: String]) {
        let matches = lexicon.matches(in: words.map(\.stem))
        var verbWords: Set<Int> = []
        var coveredWords: Set<Int> = []
        for match in matches {
            switch match.meaning {
            case .verb(let verb):
                if !verbs.contains(verb) { verbs.append(verb) }
                verbWords.formUnion(match.range)
                if let term = index.terms[SearchText.stem(verb)] { add(term, 0.4) }
            case .entity(let entity):
                if !entities.contains(entity) { entities.append(entity) }
                let names = Query.terms(of: entity, index: index)
                for term in names { add(term, 1) }
                coveredWords.formUnion(match.range)
                evidence.append(Evidence(mass: Query.mass(of: names, index: index), terms: names))
            case .concept(let number):
                hasConcept = true
                coveredWords.formUnion(match.range)
                var all: [Int32] = []
                for meaning in lexicon.concepts[number].means {
                    let stems = SearchText.words(ofName: meaning).map(\.stem)
                    for inner in lexicon.matches(in: stems) {
                        switch inner.meaning {
                        case .verb(let verb): if !verbs.contains(verb) { verbs.append(verb) }
                        case .entity(let entity): if !entities.contains(entity) { entities.append(entity) }
                        case .concept: break
                        }
                    }
                    let names = Query.terms(of: meaning, index: index)
                    for term in names { add(term, 1) }
                    all += names
                }
                evidence.append(Evidence(mass: 1.5 * Query.mass(of: all, index: index), terms: all))
            }
        }
        for (position, word) in words.enumerated() {
            guard word.word.kind == .word, word.stems.first.map({ toolkits[$0.stem] == nil }) ?? true else { continue }
            var known: [Int32] = []
            if !word.isStop {
                for (stem, weight) in word.stems {
                    guard let term = index.terms[stem] else { continue }
                    add(term, verbWords.contains(position) ? 0.5 * weight : weight)
                    known.append(term)
                    if !verbWords.contains(position) { hasContent = true }
                }
            }
            // A name says nothing about whether there is a tool, and a covered word has given its evidence already.
            guard !word.isStop, !coveredWords.contains(position), !(word.word.isNameLike && known.isEmpty) else {
                continue
            }
            // What no tool has is mostly the name or the content of a record, not a sign that nothing serves.
            let mass = known.isEmpty ? 0.35 * index.largestRarity : Query.mass(of: known, index: index)
            evidence.append(Evidence(mass: verbWords.contains(position) ? 0.3 * mass : mass, terms: known))
        }
    }

    /// Whether some word of the request means a thing that tools are about.
    private var hasSubject: Bool { hasConcept || !entities.isEmpty }

    /// Whether the request does not say what it is about, as in "and close it".
    var needsSubject: Bool { !hasSubject }

    /// Takes over what an earlier part was about.
    mutating func adopt(_ subjects: [String], index: SearchIndex) {
        for entity in subjects {
            entities.append(entity)
            let names = Query.terms(of: entity, index: index)
            for term in names { add(term, 0.7) }
            evidence.append(Evidence(mass: 0.7 * Query.mass(of: names, index: index), terms: names))
        }
    }

    /// A factor for how well verb, entity and name of a tool fit the request.
    func fit(of document: SearchIndex.Document, wanted: [Float], rarity: [Float]) -> Float {
        var factor: Float = 1
        if let verb = document.verb {
            if verbs.isEmpty {
                if Query.readVerbs.contains(verb) { factor *= 1.1 }
            } else if verbs.contains(verb) {
                factor *= 1.35
            } else if Query.readVerbs.contains(verb) != verbs.contains(where: Query.readVerbs.contains) {
                factor *= 0.7
            } else {
                factor *= Query.readVerbs.contains(verb) ? 0.95 : 0.85
            }
        }
        if let head = document.entities.last, !entities.isEmpty {
            factor *= entities.contains(head) ? 1.3 : 0.8
            for entity in document.entities.dropLast() { factor *= entities.contains(entity) ? 1.08 : 0.92 }
        }
        var (found, total): (Float, Float) = (0, 0)
        for term in document.name {
            total += rarity[Int(term)]
            found += min(1, wanted[Int(term)]) * rarity[Int(term)]
        }
        return factor * (0.6 + 0.4 * (total > 0 ? found / total : 0))
    }

    /// The share of what the request says that a tool accounts for, 0 to 1.
    func confidence(in document: SearchIndex.Document, index: SearchIndex) -> Float {
        var (found, total): (Float, Float) = (0, 0)
        for piece in evidence {
            total += piece.mass
            if piece.terms.contains(where: document.strong.contains) {
                found += piece.mass
            } else if piece.terms.contains(where: document.weak.contains) {
                found += 0.5 * piece.mass
            }
        }
        guard total > 0 else { return 0 }
        // A verb alone fits every errand there is.
        let subject: Float = hasSubject ? 1 : hasContent ? 0.5 : 0.3
        return subject * min(1, found / total)
    }

    private mutating func add(_ term: Int32, _ weight: Float) {
        if let position = weights[term] {
            terms[position].weight = max(terms[position].weight, weight)
        } else {
            weights[term] = terms.count
            terms.append((term, weight))
        }
    }

    private static func terms(of text: String, index: SearchIndex) -> [Int32] {
        SearchText.words(ofName: text).compactMap { word in
            SearchText.stopWords.contains(word.text) ? nil : index.terms[word.stem]
        }
    }

    private static func mass(of terms: [Int32], index: SearchIndex) -> Float {
        terms.reduce(0) { max($0, index.rarity[Int($1)]) }
    }
}

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
