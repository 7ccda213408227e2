/// Texts of a document that somebody else wrote, brought to the size that a model can read three hundred of.
enum ImportedText {
    private static let longest = 600

    /// The first sentence.
    static func sentence(_ text: String) -> String {
        let plain = line(text)
        var previous: Character = " "
        for (index, character) in zip(plain.indices, plain) {
            if character == " ", previous == "." { return String(plain[..<index]) }
            previous = character
        }
        return plain
    }

    /// Everything on one line, cut at a word when it is long.
    static func line(_ text: String) -> String {
        let words = text.split { $0.isWhitespace }
        var line = ""
        for word in words {
            guard line.count + word.count < longest else { return line + " …" }
            line += line.isEmpty ? String(word) : " " + word
        }
        return line
    }
}

/// Names made of the names of operations.
enum ImportedName {
    /// A tool's name of at most 64 characters: the toolkit's, then the operation's in `snake_case`.
    ///
    /// Names that end with path and method, as some frameworks make them, lose that end; long ones lose whole words.
    static func tool(_ operation: String, _ method: String, _ path: String, toolkit: String) -> String {
        var words = words(of: operation).map { $0.lowercased() }
        let end = (self.words(of: String(path.prefix { $0 != "?" })) + [method]).map { $0.lowercased() }
        if words.count > end.count, words.suffix(end.count).elementsEqual(end) { words.removeLast(end.count) }
        if words.first != toolkit { words.insert(toolkit, at: 0) }
        while words.count > 2, words.reduce(words.count - 1, { $0 + $1.utf8.count }) > 64 { words.removeLast() }
        return words.joined(separator: "_")
    }

    /// A title for people.
    static func title(_ operation: String) -> String {
        words(of: operation).map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
    }

    /// The words of `camelCase`, `snake_case`, `kebab-case`, paths and sentences.
    static func words(of name: String) -> [String] {
        var words: [String] = []
        var word = ""
        var wasLower = false
        for byte in name.utf8 {
            let isUpper = (0x41...0x5A).contains(byte)
            let isLower = (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
            if !isUpper, !isLower {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                if isUpper, wasLower, !word.isEmpty {
                    words.append(word)
                    word = ""
                }
                word.unicodeScalars.append(Unicode.Scalar(byte))
            }
            wasLower = isLower
        }
        if !word.isEmpty { words.append(word) }
        return words
    }
}
