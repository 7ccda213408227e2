/// A word of a request, with the stems it may stand for.
struct QueryWord {
    var word: SearchText.Word
    var stems: [(stem: String, weight: Float)]
    /// Written as names are, so that it names a record and says little about the tool.
    var isName: Bool
    /// Whether the stems are those of other words, for which this one is misspelt.
    var isRepaired: Bool

    init(
        _ word: SearchText.Word,
        stems: [(stem: String, weight: Float)],
        isName: Bool = false,
        isRepaired: Bool = false
    ) {
        self.word = word
        self.stems = stems
        self.isName = isName
        self.isRepaired = isRepaired
    }

    /// The stem that phrases are matched against.
    var stem: String { isName ? "" : stems.first?.stem ?? "" }

    var isStop: Bool { word.kind != .word || SearchText.stopWords.contains(word.text) }
}
