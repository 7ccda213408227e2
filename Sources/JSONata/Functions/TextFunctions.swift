/// What the functions of strings do, apart from any evaluation.
enum TextFunctions {
    /// A part of a text, counted in characters of Unicode; a negative start counts from the end.
    static func substring(_ text: String, _ start: Double, _ length: Double?) -> String {
        if let length, length <= 0 { return "" }
        let scalars = text.unicodeScalars
        let isASCII = text.utf8.count == scalars.count
        let count = isASCII ? text.utf8.count : scalars.count
        var start = start
        if Double(count) + start < 0 { start = 0 }
        let end = length.map { (start >= 0 ? start : Double(count) + start) + $0 }
        let first = position(start, count)
        let last = end.map { position($0, count) } ?? count
        guard first < last else { return "" }
        if isASCII {
            let utf8 = text.utf8
            let from = utf8.index(utf8.startIndex, offsetBy: first)
            return String(text[from..<utf8.index(from, offsetBy: last - first)])
        }
        let from = scalars.index(scalars.startIndex, offsetBy: first)
        return String(scalars[from..<scalars.index(from, offsetBy: last - first)])
    }

    private static func position(_ value: Double, _ count: Int) -> Int {
        let whole = value.isNaN ? 0 : value.rounded(.towardZero)
        if whole < 0 { return max(0, count + Int(max(whole, -1e15))) }
        return whole >= Double(count) ? count : Int(whole)
    }

    /// Where a text first occurs in another, compared byte by byte.
    static func range(of token: String, in text: String, from start: String.Index? = nil) -> Range<String.Index>? {
        let start = start ?? text.startIndex
        var token = token
        var rest = text[start...]
        let found: (Int, Int)? = token.withUTF8 { needle in
            rest.withUTF8 { hay in
                guard !needle.isEmpty else { return (0, 0) }
                guard needle.count <= hay.count else { return nil }
                let first = needle[0]
                var index = 0
                let last = hay.count - needle.count
                while index <= last {
                    if hay[index] == first {
                        var length = 1
                        while length < needle.count, hay[index + length] == needle[length] { length += 1 }
                        if length == needle.count { return (index, length) }
                    }
                    index += 1
                }
                return nil
            }
        }
        guard let found else { return nil }
        let lower = text.utf8.index(start, offsetBy: found.0)
        return lower..<text.utf8.index(lower, offsetBy: found.1)
    }

    /// The text with each run of white space as one space, and none at the ends.
    static func trimmed(_ text: String) -> String {
        let words = text.utf8.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        return words.map { String(Substring($0)) }.joined(separator: " ")
    }

    static func filler(_ unit: String, count: Int) -> String {
        let scalars = Array(unit.unicodeScalars)
        var text = String.UnicodeScalarView()
        for index in 0..<count { text.append(scalars[index % scalars.count]) }
        return String(text)
    }
}
