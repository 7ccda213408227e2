/// Cuts text into the words that search compares, the same way for tools and for requests.
enum SearchText {
    /// A word of a text.
    struct Word: Hashable {
        enum Kind: Hashable {
            case word
            /// Stands for a value such as an id or a date, which says nothing about the tool that is wanted.
            case value(String)
        }

        /// Lower case, without diacritics and apostrophes; for a value, its kind.
        var text: String
        var stem: String
        var kind: Kind
        /// Written with a capital, and not in capitals throughout as abbreviations are.
        var isCapitalised = false
        var startsSentence = false
        /// Written with `'s`.
        var isPossessive = false
        /// A comma, a semicolon or the end of a sentence stands before it.
        var followsBreak = false
    }

    static let stopWords: Set<String> = [
        "a", "about", "all", "also", "am", "an", "and", "any", "anyone", "are", "as", "at", "be", "been", "but", "by",
        "can", "could", "currently", "did", "do", "does", "each", "either", "every", "for", "from", "had", "has",
        "have",
        "he", "her", "here", "hers", "him", "his", "how", "i", "if", "im", "in", "into", "is", "it", "its", "just",
        "let",
        "lets", "like", "many", "may", "me", "might", "mine", "much", "must", "my", "need", "now", "of", "off", "on",
        "one", "or", "our", "out", "own", "please", "should", "so", "some", "than", "that", "the", "their", "them",
        "then", "there", "these", "they", "this", "those", "to", "too", "up", "us", "want", "was", "we", "were", "what",
        "whats", "when", "where", "which", "while", "who", "whom", "whose", "will", "with", "would", "you", "your",
        "using", "via", "per", "got", "get", "given", "existing", "single", "id", "ids",
    ]

    /// The words of a name such as `list_all_jobs`, `jobPosting.list` or `Job-Posting`.
    static func words(ofName name: String) -> [Word] {
        var spaced = ""
        var previousIsLower = false
        for character in name {
            if character.isUppercase, previousIsLower { spaced.append(" ") }
            spaced.append(character.isLetter || character.isNumber ? character : " ")
            previousIsLower = character.isLowercase
        }
        return spaced.split(separator: " ").map { word in
            let text = fold(word)
            return Word(text: text, stem: stem(text), kind: .word)
        }
    }

    /// The words of a sentence, with values replaced by what they are.
    static func words(of text: String) -> [Word] {
        var words: [Word] = []
        var startsSentence = true
        var followsBreak = false
        for piece in pieces(of: text) {
            guard case .text(let raw) = piece else {
                words.append(Word(text: "quoted", stem: "", kind: .value("quoted"), followsBreak: followsBreak))
                (startsSentence, followsBreak) = (false, false)
                continue
            }
            if let kind = valueKind(raw) {
                words.append(Word(text: kind, stem: "", kind: .value(kind), followsBreak: followsBreak))
                (startsSentence, followsBreak) = (false, endsClause(raw))
                continue
            }
            for part in parts(of: raw) {
                let bare = withoutSuffix(part)
                guard !bare.isEmpty else { continue }
                let folded = fold(bare)
                words.append(
                    Word(
                        text: folded,
                        stem: stem(folded),
                        kind: .word,
                        isCapitalised: bare.first?.isUppercase == true && bare.contains { $0.isLowercase },
                        startsSentence: startsSentence,
                        isPossessive: part.count > bare.count && part.last == "s",
                        followsBreak: followsBreak
                    )
                )
                (startsSentence, followsBreak) = (false, false)
            }
            if endsClause(raw) { followsBreak = true }
            if let last = raw.last, last == "." || last == "?" || last == "!" { startsSentence = true }
        }
        return words
    }

    /// The kinds of values that say something about what is wanted, as index terms: an amount of money, an address.
    static func valueTerms(_ words: [Word]) -> [String] {
        words.compactMap { word in
            if case .value(let kind) = word.kind, kind == "amount" || kind == "email" { "<\(kind)>" } else { nil }
        }
    }

    /// The common beginning of a word's forms: plural, past and progressive endings go, as do a final e and the
    /// difference between y and i.
    static func stem(_ word: String) -> String {
        var letters = Array(word.utf8)
        func ends(_ suffix: String) -> Bool {
            letters.count > suffix.utf8.count && letters.reversed().starts(with: suffix.utf8.reversed())
        }
        func hasVowel(before end: Int) -> Bool { letters[..<end].contains { "aeiouy".utf8.contains($0) } }
        if letters.count > 3, ends("s"), !ends("ss"), !ends("us"), !ends("is") {
            letters.removeLast()
            if ends("ie") {
                letters.replaceSubrange((letters.count - 2)..., with: "y".utf8)
            } else if ends("sse") || ends("xe") || ends("che") || ends("she") {
                letters.removeLast()
            }
        }
        for suffix in ["ing", "ed"]
        where ends(suffix) && letters.count - suffix.count >= 3 && hasVowel(before: letters.count - suffix.count) {
            letters.removeLast(suffix.count)
            if let last = letters.last, letters.count > 3, letters[letters.count - 2] == last,
                !"lsz".utf8.contains(last)
            {
                letters.removeLast()
            }
            break
        }
        if letters.count > 3, letters.last == UInt8(ascii: "e") { letters.removeLast() }
        if letters.count > 2, letters.last == UInt8(ascii: "y") { letters[letters.count - 1] = UInt8(ascii: "i") }
        return String(decoding: letters, as: UTF8.self)
    }

    private enum Piece {
        case text(Substring)
        case quoted
    }

    /// Pieces between white space; what stands in quotation marks is one piece.
    private static func pieces(of text: String) -> [Piece] {
        // Most utterances need no look at their characters, which costs several times as much as one at their bytes.
        if text.utf8.allSatisfy({ $0 < 0x80 && $0 != 0x22 && $0 != 0x27 }) {
            return text.utf8.split { $0 == 0x20 || (0x09...0x0D).contains($0) }.map { .text(Substring($0)) }
        }
        var pieces: [Piece] = []
        var rest = text[...]
        while let first = rest.first {
            if first.isWhitespace {
                rest = rest.dropFirst()
                continue
            }
            if let closing = closingQuote(first), let end = rest.dropFirst().firstIndex(of: closing) {
                let after = rest.index(after: end)
                // An apostrophe inside a word closes nothing.
                if after == rest.endIndex || !(rest[after].isLetter || rest[after].isNumber) {
                    pieces.append(.quoted)
                    rest = rest[after...]
                    continue
                }
            }
            let piece = rest.prefix { !$0.isWhitespace }
            pieces.append(.text(piece))
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }

    /// The runs of letters, digits and apostrophes.
    private static func parts(of raw: Substring) -> [Substring] {
        if raw.utf8.allSatisfy({ isLetter($0) || isDigit($0) }) { return [raw] }
        return raw.split(whereSeparator: { !($0.isLetter || $0.isNumber || isApostrophe($0)) })
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func closingQuote(_ opening: Character) -> Character? {
        switch opening {
        case "\"": "\""
        case "'": "'"
        case "“", "„": "”"
        case "‘": "’"
        case "«": "»"
        default: nil
        }
    }

    private static func valueKind(_ raw: Substring) -> String? {
        if raw.utf8.allSatisfy({ $0 < 0x80 && !isDigit($0) && $0 != UInt8(ascii: "@") && $0 != UInt8(ascii: ":") }) {
            return nil
        }
        let text = raw.drop { "([{<#$€£".contains($0) }
        if text.contains("@"), text.contains("."), text.first != "@" { return "email" }
        if text.hasPrefix("http://") || text.hasPrefix("https://") { return "url" }
        let digits = text.reduce(0) { $0 + ($1.isNumber ? 1 : 0) }
        guard digits > 0 else { return nil }
        if let first = raw.first, "$€£".contains(first) { return "amount" }
        let rest = text.drop { $0.isNumber || $0 == "." || $0 == "," }
        if rest.count < text.count, ["k", "K", "%"].contains(rest.prefix(1)),
            !rest.dropFirst().contains(where: \.isLetter)
        {
            return "amount"
        }
        return text.contains { $0.isLetter } ? "id" : "number"
    }

    private static func endsClause(_ raw: Substring) -> Bool {
        raw.last.map { ",;.:?!".contains($0) } ?? false
    }

    private static func isApostrophe(_ character: Character) -> Bool { character == "'" || character == "’" }

    /// A word without `'s`, `'re`, `'ll` and the like; `n't` stays, because it turns the meaning round.
    private static func withoutSuffix(_ word: Substring) -> Substring {
        if word.utf8.allSatisfy({ $0 < 0x80 && $0 != 0x27 }) { return word }
        let trimmed = word.drop(while: isApostrophe)
        guard let mark = trimmed.lastIndex(where: isApostrophe) else { return trimmed }
        let suffix = trimmed[trimmed.index(after: mark)...].lowercased()
        return ["", "s", "re", "ve", "ll", "d", "m"].contains(suffix) ? trimmed[..<mark] : trimmed
    }

    private static let folds: [Character: String] = {
        let table = [
            ("a", "àáâãåāăą"), ("ae", "äæ"), ("c", "çćĉċč"), ("d", "ďđð"), ("e", "èéêëēĕėęě"), ("g", "ĝğġģ"),
            ("h", "ĥħ"),
            ("i", "ìíîïĩīĭįı"), ("j", "ĵ"), ("k", "ķ"), ("l", "ĺļľŀł"), ("n", "ñńņňŉ"), ("o", "òóôõøōŏő"), ("oe", "öœ"),
            ("r", "ŕŗř"), ("s", "śŝşšș"), ("ss", "ß"), ("t", "ţťŧț"), ("u", "ùúûũūŭůűų"), ("ue", "ü"), ("w", "ŵ"),
            ("y", "ýÿŷ"),
            ("z", "źżž"), ("th", "þ"),
        ]
        var folds: [Character: String] = [:]
        for (plain, marked) in table { for character in marked { folds[character] = plain } }
        return folds
    }()

    private static func fold(_ word: Substring) -> String {
        let lower = word.lowercased()
        if lower.utf8.allSatisfy({ $0 < 0x80 && $0 != 0x27 }) { return lower }
        var folded = ""
        for character in lower where !isApostrophe(character) {
            if let plain = folds[character] { folded += plain } else { folded.append(character) }
        }
        return folded
    }
}
