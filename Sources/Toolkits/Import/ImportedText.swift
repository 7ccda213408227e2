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
    /// A tool's name: the toolkit's, then the operation's in `snake_case`.
    static func tool(_ operation: String, toolkit: String) -> String {
        let words = words(of: operation).map { $0.lowercased() }
        return (words.first == toolkit ? words : [toolkit] + words).joined(separator: "_")
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
