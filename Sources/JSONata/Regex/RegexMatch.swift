/// Where a regular expression matched, in UTF-16 code units.
struct RegexMatch {
    var start: Int
    var end: Int
    /// What each group caught, nil for one that took no part.
    var groups: [Range<Int>?]
}
