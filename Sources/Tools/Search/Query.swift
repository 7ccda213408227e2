/// One request, or one part of it, as search sees it.
struct Query {
    /// Terms to look up in tools, with their weights, in the order of the request.
    private(set) var terms: [(term: Int32, weight: Float)] = []
    /// Terms to look up in utterances, with what each says.
    private(set) var spoken: [(term: Int32, weight: Float)] = []
    /// What all that was spoken says, known or not.
    private(set) var spokenMass: Float = 0
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
    /// The words of each errand that belongs elsewhere.
    private var outside: [[String]] = []
    /// Whether all that is said besides what to do is somebody's name.
    private(set) var isOnlyName = false
    private var places: [Int32: Int] = [:]

    /// What a word counts at least, as a share of the largest rarity: common things are what requests are about.
    private static let floor: Float = 0.35
    /// What an unknown word counts; it is mostly the name or the content of a record.
    private static let unknown: Float = 0.35

    init(_ words: [QueryWord], index: SearchIndex, lexicon: SearchLexicon, toolkits: [String: String]) {
        let read = Phrasing(words.map(\.stem), lexicon: lexicon)
        (verbs, entities, hasConcept) = (read.verbs, read.entities, !read.concepts.isEmpty)
        speak(words, read, index: index)
        let said = words.enumerated().filter { position, word in
            !word.isStop && !read.verbWords.contains(position)
                && word.stems.first.map { toolkits[$0.stem] == nil } ?? true
        }
        isOnlyName = said.count > 1 && said.allSatisfy { $0.element.isName }
        for verb in verbs {
            if let term = index.terms[Phrasing.term(verb: verb)] { add(term, 0.4) }
        }
        for entity in entities {
            let names = Query.terms(of: entity, index: index)
            for term in names { add(term, term == names.last ? 1 : 0.6) }
            evidence.append(Evidence(mass: Query.mass(of: names, index: index), terms: names))
        }
        for concept in read.concepts { addConcept(lexicon.concepts[concept].means, index: index, lexicon: lexicon) }
        var outsideWords: Set<Int> = []
        for range in lexicon.outsideMatches(in: words.map { $0.isRepaired ? "" : $0.stems.first?.stem ?? "" })
        where !Query.isPartOfName(range, words) {
            outsideWords.formUnion(range)
            outside.append(words[range].filter { !$0.isStop }.map(\.stem))
        }
        for (position, word) in words.enumerated() {
            guard word.word.kind == .word, word.stems.first.map({ toolkits[$0.stem] == nil }) ?? true else { continue }
            let isVerb = read.verbWords.contains(position)
            var known: [Int32] = []
            if !word.isStop {
                for (stem, weight) in word.stems {
                    guard let term = index.terms[stem] else { continue }
                    add(term, (isVerb ? 0.5 : 1) * (word.isName ? 0.25 : 1) * weight)
                    known.append(term)
                    if !isVerb, !word.isName { hasContent = true }
                }
            }
            // A name says nothing about whether there is a tool, and a covered word has given its evidence already.
            guard !word.isStop, !word.isName, !read.subjectWords.contains(position), !outsideWords.contains(position)
            else { continue }
            let mass = known.isEmpty ? Query.unknown * index.largestRarity : Query.mass(of: known, index: index)
            evidence.append(Evidence(mass: isVerb ? 0.3 * mass : mass, terms: known))
        }
    }

    /// Whether words are in the middle of a longer name, as of a job: "the Payroll Lead vacancy" is not about payroll.
    private static func isPartOfName(_ range: Range<Int>, _ words: [QueryWord]) -> Bool {
        let neighbours = [range.lowerBound - 1, range.upperBound].filter(words.indices.contains)
        return words[range].allSatisfy(\.isName) && neighbours.contains { words[$0].isName }
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

    /// The share of what the request says that a tool accounts for, 0 to 1.
    ///
    /// - Parameters:
    ///   - tool: Its number.
    ///   - similarity: How much the request is like the most similar way to ask for it, 0 to 1.
    func confidence(in tool: Int, similarity: Float, index: SearchIndex) -> Float {
        let document = index.documents[tool]
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
        let subject: Float = hasSubject ? 1 : hasContent ? 0.6 : 0.1
        let covered = min(1, found / total)
        let confidence = min(1, subject * (0.65 * covered + 0.9 * similarity * min(1, 2 * covered)))
        // What a tool itself is asked for with belongs here, whatever it is elsewhere.
        let isOutside = outside.contains { !index.hasUtterance(of: tool, with: $0) }
        return isOutside ? 0.15 * confidence : confidence
    }

    private mutating func addConcept(_ means: [String], index: SearchIndex, lexicon: SearchLexicon) {
        var all: [Int32] = []
        for meaning in means {
            let read = Phrasing(SearchText.words(ofName: meaning).map(\.stem), lexicon: lexicon)
            for verb in read.verbs where !verbs.contains(verb) { verbs.append(verb) }
            for entity in read.entities where !entities.contains(entity) { entities.append(entity) }
            for term in read.terms {
                guard let term = index.terms[term] else { continue }
                add(term, 0.6)
            }
            let names = Query.stems(of: meaning, index: index)
            for term in names { add(term, 1) }
            all += names
        }
        evidence.append(Evidence(mass: 1.5 * Query.mass(of: all, index: index), terms: all))
    }

    /// Collects what is compared with whole utterances: words, and what they mean.
    private mutating func speak(_ words: [QueryWord], _ read: Phrasing, index: SearchIndex) {
        var seen: Set<Int32> = []
        for term in read.terms + SearchText.valueTerms(words.map(\.word)) {
            guard let number = index.terms[term], seen.insert(number).inserted else { continue }
            let weight = index.utteranceWeight(term, number)
            spoken.append((number, weight))
            spokenMass += weight
        }
        for word in words where !word.isStop && !word.isName {
            let known = word.stems.compactMap { stem, weight in index.terms[stem].map { ($0, weight) } }
            if known.isEmpty { spokenMass += Query.unknown * index.largestRarity }
            for (position, (number, weight)) in known.enumerated() where seen.insert(number).inserted {
                let mass = weight * index.rarity[Int(number)]
                spoken.append((number, mass))
                if position == 0 { spokenMass += mass }
            }
        }
    }

    private mutating func add(_ term: Int32, _ weight: Float) {
        if let position = places[term] {
            terms[position].weight = max(terms[position].weight, weight)
        } else {
            places[term] = terms.count
            terms.append((term, weight))
        }
    }

    /// The words of a name and, last, the thing it is the name of.
    private static func terms(of entity: String, index: SearchIndex) -> [Int32] {
        stems(of: entity, index: index) + [index.terms[Phrasing.term(entity: entity)]].compactMap { $0 }
    }

    private static func stems(of text: String, index: SearchIndex) -> [Int32] {
        SearchText.words(ofName: text).compactMap { word in
            SearchText.stopWords.contains(word.text) ? nil : index.terms[word.stem]
        }
    }

    private static func mass(of terms: [Int32], index: SearchIndex) -> Float {
        terms.reduce(floor * index.largestRarity) { max($0, index.rarity[Int($1)]) }
    }
}
