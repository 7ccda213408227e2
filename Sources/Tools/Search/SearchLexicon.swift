package import Basics
package import JSON

/// The vocabulary of a trade: how people say what tools call otherwise.
///
/// A file has `verbs` and `entities` (a canonical word, and the phrases that mean it), `concepts` (phrases, and the
/// tools' own words for what they mean), `outside` (phrases of errands that belong elsewhere) and `common` (words of
/// everyday language, which are not taken for misspelt ones), and `named` (the entity that a name alone stands for). In a
/// phrase, `*` stands for up to three words.
package struct SearchLexicon: Sendable {
    /// What a phrase says about the tool that is wanted.
    enum Meaning: Sendable, Hashable {
        case verb(String)
        case entity(String)
        case concept(Int)
        /// Something that no tool of the trade is about.
        case outside
    }

    /// A phrase that was found, as a range of words.
    struct Match: Sendable, Hashable {
        var range: Range<Int>
        var meaning: Meaning
    }

    struct Concept: Sendable {
        /// Each one as the words of a tool's name.
        var means: [String]
    }

    private struct Phrase: Sendable {
        var stems: [String]
        var meaning: Meaning
    }

    private var phrases: [String: [Phrase]] = [:]
    private(set) var concepts: [Concept] = []
    /// Every word of a phrase, with its stem; so that misspelt ones can be repaired.
    private(set) var words: [String: String] = [:]
    /// Words of everyday language.
    private(set) var common: Set<String> = []
    /// What a request is about that has nothing but somebody's name, as in "add Noor Aziz".
    private(set) var named: String?
    private var outside: [String: [Phrase]] = [:]

    /// The canonical verbs of tools that change nothing.
    static let readingVerbs: Set<String> = ["list", "get", "search"]
    private static let longestGap = 3
    private static let sections: Set<String> = [
        "$schema", "verbs", "entities", "concepts", "outside", "common", "named",
    ]

    /// A lexicon without entries: search then compares words only.
    package init() {}

    /// Reads a lexicon.
    ///
    /// - Parameters:
    ///   - json: The content of the file.
    ///   - file: Its name, for messages.
    /// - Returns: What could be read, and what could not.
    package static func read(_ json: JSONValue, file: String) -> (lexicon: SearchLexicon, problems: [Diagnostic]) {
        var lexicon = SearchLexicon()
        var problems: [Diagnostic] = []
        func strings(_ value: JSONValue?, _ pointer: String) -> [String] {
            let texts = value?.array?.compactMap(\.string) ?? []
            if texts.isEmpty || texts.count != value?.array?.count {
                problems.append(Diagnostic(.error, file: file, pointer: pointer, "expected a list of phrases"))
            }
            return texts
        }
        for (section, isVerb) in [("verbs", true), ("entities", false)] {
            for member in json[section]?.object ?? [:] {
                let pointer = "/\(section)/\(JSONPointer.escape(member.name))"
                for phrase in strings(member.value, pointer) {
                    lexicon.add(phrase, isVerb ? .verb(member.name) : .entity(member.name))
                }
            }
        }
        for (position, concept) in (json["concepts"]?.array ?? []).enumerated() {
            let means = strings(concept["means"], "/concepts/\(position)/means")
            for phrase in strings(concept["when"], "/concepts/\(position)/when") {
                lexicon.add(phrase, .concept(lexicon.concepts.count))
            }
            lexicon.concepts.append(Concept(means: means))
        }
        if let texts = json["outside"] {
            for phrase in strings(texts, "/outside") { lexicon.add(phrase, .outside) }
        }
        if let texts = json["common"] {
            for text in strings(texts, "/common") { lexicon.common.formUnion(SearchText.words(of: text).map(\.text)) }
        }
        if let named = json["named"] {
            lexicon.named = named.string
            if named.string == nil {
                problems.append(Diagnostic(.error, file: file, pointer: "/named", "expected an entity"))
            }
        }
        for name in json.object?.names ?? [] where !sections.contains(name) {
            problems.append(
                Diagnostic(
                    .warning,
                    file: file,
                    pointer: "/\(JSONPointer.escape(name))",
                    "unknown member; it is ignored"
                )
            )
        }
        for key in lexicon.phrases.keys {
            lexicon.phrases[key]?.sort { $0.stems.count > $1.stems.count }
        }
        for key in lexicon.outside.keys {
            lexicon.outside[key]?.sort { $0.stems.count > $1.stems.count }
        }
        return (lexicon, problems)
    }

    /// The phrases in a sequence of stems: of verbs and of entities the longest at each place, of concepts all.
    func matches(in stems: [String]) -> [Match] {
        guard !phrases.isEmpty else { return [] }
        var matches: [Match] = []
        var (verbsFrom, entitiesFrom) = (0, 0)
        for start in stems.indices {
            for phrase in phrases[stems[start]] ?? [] {
                guard let end = SearchLexicon.end(of: phrase.stems[...], in: stems, from: start) else { continue }
                switch phrase.meaning {
                case .verb:
                    guard start >= verbsFrom else { continue }
                    verbsFrom = end
                case .entity:
                    guard start >= entitiesFrom else { continue }
                    entitiesFrom = end
                case .concept, .outside: break
                }
                matches.append(Match(range: start..<end, meaning: phrase.meaning))
            }
        }
        return matches
    }

    /// Where the phrases of errands that belong elsewhere are, the longest at each place.
    func outsideMatches(in stems: [String]) -> [Range<Int>] {
        guard !outside.isEmpty else { return [] }
        var found: [Range<Int>] = []
        for start in stems.indices where start >= found.last?.upperBound ?? 0 {
            for phrase in outside[stems[start]] ?? [] {
                guard let end = SearchLexicon.end(of: phrase.stems[...], in: stems, from: start) else { continue }
                found.append(start..<end)
                break
            }
        }
        return found
    }

    private mutating func add(_ text: String, _ meaning: Meaning) {
        let parts = text.split(separator: " ").map(String.init)
        let stems = parts.flatMap { part -> [String] in
            part == "*" ? ["*"] : SearchText.words(of: part.lowercased()).map(\.stem)
        }
        // A value has no stem, and every value would match it.
        guard let first = stems.first, first != "*", !stems.contains("") else { return }
        for part in parts where part != "*" {
            for word in SearchText.words(of: part.lowercased()) where word.kind == .word {
                words[word.text] = word.stem
            }
        }
        if meaning == .outside {
            outside[first, default: []].append(Phrase(stems: stems, meaning: meaning))
        } else {
            phrases[first, default: []].append(Phrase(stems: stems, meaning: meaning))
        }
    }

    private static func end(of phrase: ArraySlice<String>, in stems: [String], from start: Int) -> Int? {
        var position = start
        var rest = phrase
        while let stem = rest.popFirst() {
            if stem == "*" {
                for gap in 0...longestGap where position + gap <= stems.count {
                    if let end = end(of: rest, in: stems, from: position + gap) { return end }
                }
                return nil
            }
            guard position < stems.count, stems[position] == stem else { return nil }
            position += 1
        }
        return position
    }
}
