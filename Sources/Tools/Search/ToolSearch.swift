/// What a search found.
package struct SearchOutcome: Sendable, Hashable {
    /// A tool and how well it fits, 0 to 1; the first one's figure is the confidence in the whole answer.
    package struct Hit: Sendable, Hashable {
        package var tool: String
        package var score: Double

        package init(tool: String, score: Double) {
            self.tool = tool
            self.score = score
        }
    }

    /// Best first; empty when the search abstained.
    package var hits: [Hit]
    /// Whether nothing serves the request well enough to be named.
    package var abstained: Bool
    /// When it abstained: what came nearest, best first.
    package var nearest: [Hit]

    package init(hits: [Hit], abstained: Bool, nearest: [Hit] = []) {
        self.hits = hits
        self.abstained = abstained
        self.nearest = nearest
    }
}

/// Finds the tools that serve a request, by words alone: the same request over the same tools has the same answer, byte
/// for byte, on every machine.
///
/// BM25F over name, tags, utterances, description and arguments; unknown words repaired; a vocabulary of verbs, entities
/// and concepts; requests of several parts taken apart; no answer rather than a bad one.
package struct ToolSearch: Sendable {
    private let tools: [ToolSpecification]
    private let index: SearchIndex
    private let lexicon: SearchLexicon
    private let repair: WordRepair
    private let vocabulary: [String: String]
    private let toolkits: [String: String]
    /// Stems of everyday words, which are not misspelt.
    private let common: Set<String>

    private static let abstainBelow: Float = 0.2
    /// What being asked for in familiar words counts, against the words one by one.
    private static let utteranceShare: Float = 4

    /// Prepares the search over a set of tools.
    ///
    /// - Parameters:
    ///   - tools: What may be found, and nothing else is known.
    ///   - utterances: How people ask for a tool, by its name.
    ///   - lexicon: The vocabulary of the trade.
    package init(_ tools: [ToolSpecification], utterances: [String: [String]] = [:], lexicon: SearchLexicon) {
        self.tools = tools
        self.lexicon = lexicon
        index = SearchIndex(tools, utterances: utterances, lexicon: lexicon)
        let names = SearchIndex.names(tools)
        var vocabulary = index.vocabulary
        vocabulary.merge(lexicon.words) { first, _ in first }
        vocabulary.merge(names) { _, second in second }
        var toolkits: [String: String] = [:]
        for tool in tools {
            let words = SearchText.words(ofName: tool.toolkit)
            guard words.count == 1, let word = words.first else { continue }
            toolkits[word.stem] = tool.toolkit
            vocabulary[word.text] = word.stem
        }
        for word in SearchText.stopWords where vocabulary[word] == nil { vocabulary[word] = SearchText.stem(word) }
        self.toolkits = toolkits
        repair = WordRepair(vocabulary, preferred: Set(names.keys).union(toolkits.values))
        common = Set(lexicon.common.map(SearchText.stem))
        self.vocabulary = vocabulary
    }

    /// The tools for a request in a person's or a model's words.
    ///
    /// - Parameters:
    ///   - request: One request; parts that ask for different things are looked up one by one.
    ///   - toolkit: Only this toolkit's tools.
    ///   - limit: How many tools, at least 1.
    package func search(_ request: String, toolkit: String? = nil, limit: Int = 5) -> SearchOutcome {
        let words = understand(SearchText.words(of: request))
        let mentioned = toolkits(in: words)
        var scopes: [String?] = toolkit.map { [$0] } ?? mentioned.map { $0 }
        if scopes.isEmpty { scopes = [nil] }
        let parts = QueryParts.split(words, lexicon: lexicon)
        var lists: [[Ranked]] = []
        for scope in scopes {
            var inherited: [String] = []
            for part in parts {
                var query = Query(part, index: index, lexicon: lexicon, toolkits: toolkits)
                if query.needsSubject, query.isOnlyName, !query.verbs.isEmpty, let named = lexicon.named {
                    query.adopt([named], index: index)
                } else if parts.count > 1, query.needsSubject {
                    query.adopt(inherited, index: index)
                }
                if !query.entities.isEmpty { inherited = query.entities }
                lists.append(rank(query, toolkit: scope))
            }
            if parts.count > 1 {
                lists.append(rank(Query(words, index: index, lexicon: lexicon, toolkits: toolkits), toolkit: scope))
            }
        }
        let confidence = lists.compactMap { $0.first?.score }.max() ?? 0
        let hits = ToolSearch.interleave(lists, limit: limit).map { ranked in
            SearchOutcome.Hit(tool: tools[ranked.tool].name, score: ToolSearch.rounded(ranked.score))
        }
        if hits.isEmpty || confidence < ToolSearch.abstainBelow {
            return SearchOutcome(hits: [], abstained: true, nearest: Array(hits.prefix(3)))
        }
        return SearchOutcome(hits: hits, abstained: false)
    }

    /// A request without names and values, for others to read.
    package func impersonal(_ request: String) -> String {
        understand(SearchText.words(of: request)).map { word in
            guard case .word = word.word.kind else { return "something" }
            return word.isName ? "somebody" : word.word.text
        }
        .joined(separator: " ")
    }

    private struct Ranked {
        var tool: Int
        var score: Float
    }

    /// Known words keep their stems, misspelt ones get those of the nearest known words.
    private func understand(_ words: [SearchText.Word]) -> [QueryWord] {
        // A request written as titles are has no names in it.
        let isTitle = !words.contains { $0.kind != .word || !($0.isCapitalised && vocabulary[$0.text] != nil) }
        return words.enumerated().map { position, word in
            guard word.kind == .word else { return QueryWord(word, stems: []) }
            if vocabulary[word.text] != nil || index.terms[word.stem] != nil || common.contains(word.stem) {
                let isName = word.isCapitalised && !isTitle && !word.startsSentence && toolkits[word.stem] == nil
                return QueryWord(word, stems: [(word.stem, 1)], isName: isName)
            }
            // Names of people and places resemble words by accident.
            let next = position + 1 < words.count ? words[position + 1] : nil
            if word.isCapitalised, !word.startsSentence || word.isPossessive || next.map(ToolSearch.followsName) == true
            {
                let candidates = repair.candidates(for: word.text).filter { toolkits[$0.stem] != nil }
                return QueryWord(word, stems: candidates, isName: candidates.isEmpty)
            }
            return QueryWord(word, stems: repair.candidates(for: word.text), isRepaired: true)
        }
    }

    /// Whether a word is one that follows the name of somebody or something at the start of a sentence.
    private static func followsName(_ word: SearchText.Word) -> Bool {
        word.isCapitalised
            || [
                "is", "was", "has", "had", "wants", "would", "should", "will", "can", "may", "and", "needs", "got",
                "said",
            ]
            .contains(word.text)
    }

    private func toolkits(in words: [QueryWord]) -> [String] {
        var found: [String] = []
        for word in words {
            if let toolkit = word.stems.first.flatMap({ toolkits[$0.stem] }), !found.contains(toolkit) {
                found.append(toolkit)
            }
        }
        return found
    }

    private func rank(_ query: Query, toolkit: String?) -> [Ranked] {
        var scores = [Float](repeating: 0, count: tools.count)
        var wanted = [Float](repeating: 0, count: index.postings.count)
        for (term, weight) in query.terms {
            wanted[Int(term)] = weight
            let rarity = index.rarity[Int(term)] * weight
            for posting in index.postings[Int(term)] {
                scores[Int(posting.tool)] += rarity * posting.weight * 2.2 / (1.2 + posting.weight)
            }
        }
        let similarities = similarities(to: query)
        let fit = ToolFit(query, wanted: wanted, index: index)
        let scope = toolkit.map { index.toolkits[$0] ?? -1 }
        var ranked: [Ranked] = []
        for tool in scores.indices where scores[tool] > 0 || similarities[tool] > 0 {
            let profile = index.profiles[tool]
            if let scope, profile.toolkit != scope { continue }
            let similar = similarities[tool]
            // Steeper than linear: half a sentence in common says less than half of the whole one.
            let asked = similar * (0.2 + 0.8 * similar)
            let score = fit.factor(of: profile) * scores[tool] + ToolSearch.utteranceShare * query.spokenMass * asked
            ranked.append(Ranked(tool: tool, score: score))
        }
        ranked.sort {
            $0.score != $1.score
                ? $0.score > $1.score : index.profiles[$0.tool].order < index.profiles[$1.tool].order
        }
        guard let best = ranked.first, best.score > 0 else { return [] }
        let confidence = query.confidence(in: best.tool, similarity: similarities[best.tool], index: index)
        return ranked.prefix(50).map { Ranked(tool: $0.tool, score: confidence * $0.score / best.score) }
    }

    /// How much a request is like the ways to ask for each tool, 0 to 1: the best, and a little of the second best.
    private func similarities(to query: Query) -> [Float] {
        var shared = [Float](repeating: 0, count: index.utterances.count)
        for (term, weight) in query.spoken {
            for utterance in index.mentions[Int(term)] { shared[Int(utterance)] += weight }
        }
        var best = [Float](repeating: 0, count: tools.count)
        for (utterance, mass) in shared.enumerated() where mass > 0 {
            let known = index.utterances[utterance]
            let similarity = mass / (query.spokenMass * known.mass).squareRoot()
            let tool = Int(known.tool)
            best[tool] = max(best[tool], similarity) + 0.1 * min(best[tool], similarity)
        }
        return best.map { min(1, $0) }
    }

    /// Takes the first of each list, then the second of each, leaving out what is there already.
    private static func interleave(_ lists: [[Ranked]], limit: Int) -> [Ranked] {
        var taken: Set<Int> = []
        var merged: [Ranked] = []
        var depth = 0
        while merged.count < limit {
            var anyLeft = false
            for list in lists where depth < list.count {
                anyLeft = true
                if taken.insert(list[depth].tool).inserted { merged.append(list[depth]) }
            }
            guard anyLeft else { break }
            depth += 1
        }
        return Array(merged.prefix(limit))
    }

    private static func rounded(_ score: Float) -> Double { Double((score * 1000).rounded()) / 1000 }
}
