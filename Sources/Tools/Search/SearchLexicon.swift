package import Basics
package import JSON

/// The vocabulary of a trade: how people say what tools call otherwise.
///
/// A file has `verbs` and `entities` (a canonical word, and the phrases that mean it) and `concepts` (phrases, and the
/// tools' own words for what they mean). In a phrase, `*` stands for up to three words.
package struct SearchLexicon: Sendable {
    /// What a phrase says about the tool that is wanted.
    enum Meaning: Sendable, Hashable {
        case verb(String)
        case entity(String)
        case concept(Int)
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

    private static let longestGap = 3

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
        for name in json.object?.names ?? [] where !["$schema", "verbs", "entities", "concepts"].contains(name) {
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
                case .concept: break
                }
                matches.append(Match(range: start..<end, meaning: phrase.meaning))
            }
        }
        return matches
    }

    private mutating func add(_ text: String, _ meaning: Meaning) {
        let parts = text.split(separator: " ").map(String.init)
        let stems = parts.flatMap { part -> [String] in
            part == "*" ? ["*"] : SearchText.words(of: part.lowercased()).map(\.stem)
        }
        guard let first = stems.first, first != "*" else { return }
        for part in parts where part != "*" {
            for word in SearchText.words(of: part.lowercased()) where word.kind == .word {
                words[word.text] = word.stem
            }
        }
        phrases[first, default: []].append(Phrase(stems: stems, meaning: meaning))
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
