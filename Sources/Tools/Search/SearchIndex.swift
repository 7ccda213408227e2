import JSON

/// Tools as lists of weighted words, made once for a set of tools.
struct SearchIndex: Sendable {
    /// A tool that has a word, and how much that counts: BM25F's weighted and normalised frequency.
    struct Posting: Sendable {
        var tool: Int32
        var weight: Float
    }

    /// The words of a tool, for judging how much of a request it accounts for.
    struct Document: Sendable {
        /// The words by which it is asked for: name, tags, utterances.
        var strong: Set<Int32> = []
        var weak: Set<Int32> = []
    }

    /// What the ranking asks about every tool; without references, since it is read for thousands of them.
    struct Profile: Sendable {
        /// The number of its toolkit.
        var toolkit: Int32
        /// The place of its name among all names in order.
        var order: Int32 = 0
        /// The number of what it does, if the lexicon knows it.
        var verb: Int32?
        var isReading = false
        /// The numbers of what it does it to, as a range of `profileNumbers`; the last one is the thing itself.
        var entities: Range<Int> = 0..<0
        /// The terms of its name, as a range of `profileNumbers`.
        var name: Range<Int> = 0..<0
    }

    /// One way to ask for a tool.
    struct Utterance: Sendable {
        var tool: Int32
        /// The summed rarity of its terms.
        var mass: Float
    }

    private(set) var terms: [String: Int32] = [:]
    private(set) var postings: [[Posting]] = []
    private(set) var rarity: [Float] = []
    private(set) var documents: [Document] = []
    private(set) var profiles: [Profile] = []
    private(set) var profileNumbers: [Int32] = []
    private(set) var toolkits: [String: Int32] = [:]
    /// The numbers of the lexicon's verbs and entities that tools have.
    private var meanings: [String: Int32] = [:]
    private(set) var utterances: [Utterance] = []
    /// The utterances that have a term, by term.
    private(set) var mentions: [[Int32]] = []
    /// Every word of descriptions, utterances and tags with its stem, for repairing misspelt ones.
    private(set) var vocabulary: [String: String] = [:]
    /// The rarity of a word that no tool has.
    private(set) var largestRarity: Float = 1

    private struct Field {
        var weight: Float
        var isStrong: Bool
    }

    /// A tool's texts as stems: one list a field, and one for each way to ask.
    private struct Text {
        var name: [String]
        var fields: [[String]]
        var utterances: [[String]]
    }

    // Saturation and length normalisation as Robertson and Zaragoza recommend for short fields.
    private static let lengthShare: Float = 0.6
    private static let fields = [
        Field(weight: 3, isStrong: true), Field(weight: 2, isStrong: true), Field(weight: 1.5, isStrong: true),
        Field(weight: 1, isStrong: false), Field(weight: 0.5, isStrong: false), Field(weight: 0.3, isStrong: false),
    ]

    init(_ tools: [ToolSpecification], utterances: [String: [String]], lexicon: SearchLexicon) {
        var vocabulary: [String: String] = [:]
        let texts = tools.map {
            SearchIndex.text(of: $0, utterances: utterances[$0.name] ?? [], lexicon, vocabulary: &vocabulary)
        }
        self.vocabulary = vocabulary
        var lengths = [Float](repeating: 0, count: SearchIndex.fields.count)
        for text in texts {
            for (field, words) in text.fields.enumerated() {
                lengths[field] += Float(words.count) / Float(max(1, texts.count))
            }
        }
        for (position, text) in texts.enumerated() {
            var document = Document()
            var weights: [Int32: Float] = [:]
            var order: [Int32] = []
            for (number, words) in text.fields.enumerated() {
                let field = SearchIndex.fields[number]
                let length =
                    1 - SearchIndex.lengthShare + SearchIndex.lengthShare * Float(words.count) / max(1, lengths[number])
                for stem in words {
                    let term = intern(stem)
                    if weights[term] == nil { order.append(term) }
                    weights[term, default: 0] += field.weight / length
                    if field.isStrong { document.strong.insert(term) } else { document.weak.insert(term) }
                }
            }
            addProfile(tools[position], name: text.name.map { intern($0) }, lexicon)
            for term in order { postings[Int(term)].append(Posting(tool: Int32(position), weight: weights[term] ?? 0)) }
            documents.append(document)
        }
        for (order, position) in tools.indices.sorted(by: { tools[$0].name < tools[$1].name }).enumerated() {
            profiles[position].order = Int32(order)
        }
        let count = Float(tools.count)
        rarity = postings.map { list in
            SearchIndex.logarithm(1 + (count - Float(list.count) + 0.5) / (Float(list.count) + 0.5))
        }
        largestRarity = SearchIndex.logarithm(1 + (count + 0.5) / 0.5)
        mentions = [[Int32]](repeating: [], count: postings.count)
        for (position, text) in texts.enumerated() {
            for utterance in text.utterances { addUtterance(utterance, tool: Int32(position)) }
        }
    }

    /// How much a term says in comparing whole utterances: a verb less than a thing.
    func utteranceWeight(_ term: String, _ number: Int32) -> Float {
        term.hasPrefix("#") ? 0.6 * rarity[Int(number)] : rarity[Int(number)]
    }

    /// Whether one of the ways to ask for a tool has all of some words.
    func hasUtterance(of tool: Int, with stems: [String]) -> Bool {
        let lists = stems.map { terms[$0].map { mentions[Int($0)] } ?? [] }
        guard let first = lists.first else { return false }
        return first.contains { utterance in
            utterances[Int(utterance)].tool == Int32(tool) && lists.dropFirst().allSatisfy { $0.contains(utterance) }
        }
    }

    /// The words of titles and names with their stems.
    static func names(_ tools: [ToolSpecification]) -> [String: String] {
        var words: [String: String] = [:]
        for tool in tools {
            for name in [tool.title, tool.name] {
                for word in SearchText.words(ofName: name) { words[word.text] = word.stem }
            }
        }
        return words
    }

    private mutating func intern(_ stem: String) -> Int32 {
        if let term = terms[stem] { return term }
        let term = Int32(postings.count)
        terms[stem] = term
        postings.append([])
        return term
    }

    private mutating func addUtterance(_ words: [String], tool: Int32) {
        let number = Int32(utterances.count)
        var seen: Set<Int32> = []
        var mass: Float = 0
        for word in words {
            guard let term = terms[word], seen.insert(term).inserted else { continue }
            mass += utteranceWeight(word, term)
            mentions[Int(term)].append(number)
        }
        utterances.append(Utterance(tool: tool, mass: mass))
    }

    private mutating func addProfile(_ tool: ToolSpecification, name: [Int32], _ lexicon: SearchLexicon) {
        var (verb, entities): (String?, [String]) = (nil, [])
        for name in [tool.title, tool.name] {
            let read = Phrasing(SearchText.words(ofName: name).map(\.stem), lexicon: lexicon)
            verb = verb ?? read.verbs.first
            entities = read.entities
            if !entities.isEmpty { break }
        }
        var profile = Profile(toolkit: toolkits[tool.toolkit] ?? Int32(toolkits.count))
        toolkits[tool.toolkit] = profile.toolkit
        profile.verb = verb.map { addMeaning(Phrasing.term(verb: $0)) }
        profile.isReading = verb.map(SearchLexicon.readingVerbs.contains) ?? false
        profile.name = addNumbers(name)
        profile.entities = addNumbers(entities.map { addMeaning(Phrasing.term(entity: $0)) })
        profiles.append(profile)
    }

    private mutating func addNumbers(_ numbers: [Int32]) -> Range<Int> {
        profileNumbers += numbers
        return profileNumbers.count - numbers.count..<profileNumbers.count
    }

    private mutating func addMeaning(_ mark: String) -> Int32 {
        let number = meanings[mark] ?? Int32(meanings.count)
        meanings[mark] = number
        return number
    }

    /// The number of what a verb or an entity is marked with; -1 where no tool has it.
    func meaning(_ mark: String) -> Int32 { meanings[mark] ?? -1 }

    /// The stems of each field, without stop words and the toolkit's own name.
    private static func text(
        of tool: ToolSpecification,
        utterances: [String],
        _ lexicon: SearchLexicon,
        vocabulary: inout [String: String]
    ) -> Text {
        func learned(_ text: String) -> [SearchText.Word] {
            let words = SearchText.words(of: text)
            for word in words where word.kind == .word { vocabulary[word.text] = word.stem }
            return words
        }
        let own = Set(SearchText.words(ofName: tool.toolkit).map(\.stem))
        func stems(_ words: [SearchText.Word]) -> [String] {
            words.compactMap { word in
                word.kind == .word && !SearchText.stopWords.contains(word.text) && !own.contains(word.stem)
                    ? word.stem : nil
            }
        }
        func meanings(_ words: [SearchText.Word]) -> [String] { Phrasing(words.map(\.stem), lexicon: lexicon).terms }
        let title = SearchText.words(ofName: tool.title)
        var name = stems(title)
        for stem in stems(SearchText.words(ofName: tool.name)) where !name.contains(stem) { name.append(stem) }
        var argumentNames: [String] = []
        var argumentTexts: [String] = []
        for property in tool.inputSchema["properties"]?.object ?? [:] {
            argumentNames += stems(SearchText.words(ofName: property.name))
            if let text = property.value["description"]?.string { argumentTexts += stems(SearchText.words(of: text)) }
        }
        var ways = [stems(title) + meanings(title)]
        for utterance in utterances {
            let words = learned(utterance)
            ways.append(stems(words) + meanings(words) + SearchText.valueTerms(words))
        }
        for tag in tool.tags { _ = learned(tag) }
        return Text(
            name: name,
            fields: [
                name, tool.tags.flatMap { stems(SearchText.words(ofName: $0)) } + meanings(title),
                ways.dropFirst().flatMap { $0 }, stems(learned(tool.description)),
                argumentNames, argumentTexts,
            ],
            utterances: ways
        )
    }

    /// The natural logarithm, for arguments from 1 up; the C library's may differ in its last digit between machines.
    private static func logarithm(_ value: Float) -> Float {
        var (scaled, exponent) = (value, Float(0))
        while scaled > 1.5 {
            scaled /= 2
            exponent += 1
        }
        let ratio = (scaled - 1) / (scaled + 1)
        let square = ratio * ratio
        let series = 2 * ratio * (1 + square * (1 / 3 + square * (1 / 5 + square * (1 / 7 + square / 9))))
        return series + exponent * 0.693_147_18
    }
}
