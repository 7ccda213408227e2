/// A part of a regular expression.
indirect enum RegexNode {
    case empty
    case unit(UInt16)
    case any
    case set(RegexSet)
    case sequence([RegexNode])
    case alternation([RegexNode])
    /// A group; one with a number captures.
    case group(RegexNode, number: Int?)
    case repetition(RegexNode, least: Int, most: Int?, isLazy: Bool, groups: Range<Int>)
    case lineStart
    case lineEnd
    case wordBoundary(isNegated: Bool)
    case backreference(Int)
    case namedBackreference(String)
    case look(RegexNode, isAhead: Bool, isNegated: Bool)
}
