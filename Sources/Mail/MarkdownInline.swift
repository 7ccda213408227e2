/// Writes the text of one Markdown block as HTML: emphasis, code, links, and everything else escaped.
struct MarkdownInline {
    private static let deepest = 6
    private static let longestLabel = 500
    private static let longestURL = 2000
    private static let punctuation = Set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".utf8)

    private var out: [UInt8]

    /// Writes `bytes` at the end of `out`.
    static func write(_ bytes: ArraySlice<UInt8>, to out: inout [UInt8]) {
        var writer = MarkdownInline(out: out)
        out = []
        writer.write(bytes, depth: 0)
        out = writer.out
    }

    /// Writes text that is text only.
    static func escape(_ bytes: ArraySlice<UInt8>, to out: inout [UInt8]) {
        for byte in bytes { escape(byte, to: &out) }
    }

    private static func escape(_ byte: UInt8, to out: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "&"): out += "&amp;".utf8
        case UInt8(ascii: "<"): out += "&lt;".utf8
        case UInt8(ascii: ">"): out += "&gt;".utf8
        case UInt8(ascii: "\""): out += "&quot;".utf8
        case UInt8(ascii: "'"): out += "&#39;".utf8
        case 0x09: out.append(byte)
        case 0..<0x20, 0x7F: out.append(0x20)
        default: out.append(byte)
        }
    }

    private mutating func write(_ bytes: ArraySlice<UInt8>, depth: Int) {
        var index = bytes.startIndex
        // What was once looked for in vain is not there further on either; without this a line of stars takes for ever.
        var absent: Set<[UInt8]> = []
        while index < bytes.endIndex {
            let byte = bytes[index]
            let next = index + 1 < bytes.endIndex ? bytes[index + 1] : 0
            switch byte {
            case UInt8(ascii: "\\") where MarkdownInline.punctuation.contains(next):
                MarkdownInline.escape(next, to: &out)
                index += 2
                continue
            case UInt8(ascii: "`"):
                if let end = find([byte], in: bytes, from: index + 1, &absent) {
                    out += "<code>".utf8
                    MarkdownInline.escape(bytes[(index + 1)..<end], to: &out)
                    out += "</code>".utf8
                    index = end + 1
                    continue
                }
            case UInt8(ascii: "*"), UInt8(ascii: "_"):
                let mark = next == byte ? [byte, byte] : [byte]
                if depth < MarkdownInline.deepest, opens(bytes, index, mark.count),
                    let end = find(mark, in: bytes, from: index + mark.count + 1, &absent)
                {
                    let tag = mark.count == 2 ? "strong" : "em"
                    out += "<\(tag)>".utf8
                    write(bytes[(index + mark.count)..<end], depth: depth + 1)
                    out += "</\(tag)>".utf8
                    index = end + mark.count
                    continue
                }
                for _ in mark { out.append(byte) }
                index += mark.count
                continue
            // An image is its description: nothing is loaded when a mail is opened.
            case UInt8(ascii: "!") where next == UInt8(ascii: "["):
                if let link = link(bytes, at: index + 1) {
                    MarkdownInline.escape(link.label, to: &out)
                    index = link.end
                    continue
                }
            case UInt8(ascii: "["):
                if depth < MarkdownInline.deepest, let link = link(bytes, at: index) {
                    if let url = MarkdownInline.safe(link.url) {
                        out += "<a href=\"".utf8
                        MarkdownInline.escape(url, to: &out)
                        out += "\">".utf8
                        // No link inside a link: the deepest level has none.
                        write(link.label, depth: MarkdownInline.deepest)
                        out += "</a>".utf8
                    } else {
                        write(link.label, depth: MarkdownInline.deepest)
                    }
                    index = link.end
                    continue
                }
            default: break
            }
            MarkdownInline.escape(byte, to: &out)
            index += 1
        }
    }

    /// Whether a mark can begin emphasis: text follows, and an underscore is not inside a word.
    private func opens(_ bytes: ArraySlice<UInt8>, _ index: Int, _ width: Int) -> Bool {
        guard index + width < bytes.endIndex, bytes[index + width] != 0x20 else { return false }
        return bytes[index] != UInt8(ascii: "_") || index == bytes.startIndex
            || !MarkdownInline.isWord(bytes[index - 1])
    }

    /// Where a mark ends what it began; it stands after text, and an underscore not inside a word.
    private func find(
        _ mark: [UInt8],
        in bytes: ArraySlice<UInt8>,
        from start: Int,
        _ absent: inout Set<[UInt8]>
    ) -> Int? {
        guard !absent.contains(mark) else { return nil }
        var index = start
        while index + mark.count <= bytes.endIndex {
            if bytes[index] == UInt8(ascii: "\\"), mark != [UInt8(ascii: "`")] {
                index += 2
                continue
            }
            guard bytes[index..<index + mark.count].elementsEqual(mark) else {
                index += 1
                continue
            }
            let after = index + mark.count < bytes.endIndex ? bytes[index + mark.count] : 0x20
            // A single mark is not half of a double one.
            if mark.count == 1, mark[0] != UInt8(ascii: "`"), after == mark[0] {
                index += 2
                continue
            }
            let isInside = mark[0] == UInt8(ascii: "_") && MarkdownInline.isWord(after)
            if mark[0] == UInt8(ascii: "`") || (bytes[index - 1] != 0x20 && !isInside) { return index }
            index += mark.count
        }
        absent.insert(mark)
        return nil
    }

    private func link(
        _ bytes: ArraySlice<UInt8>,
        at start: Int
    ) -> (label: ArraySlice<UInt8>, url: ArraySlice<UInt8>, end: Int)? {
        let window = bytes[(start + 1)...].prefix(MarkdownInline.longestLabel)
        guard let close = window.firstIndex(where: { $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: "[") }),
            bytes[close] == UInt8(ascii: "]"), close + 1 < bytes.endIndex, bytes[close + 1] == UInt8(ascii: "(")
        else { return nil }
        let rest = bytes[(close + 2)...].prefix(MarkdownInline.longestURL)
        guard let end = rest.firstIndex(where: { $0 == UInt8(ascii: ")") || $0 == UInt8(ascii: "(") || $0 == 0x20 }),
            bytes[end] == UInt8(ascii: ")")
        else { return nil }
        return (bytes[(start + 1)..<close], bytes[(close + 2)..<end], end + 1)
    }

    /// The address of a link that may be followed: web and mail, in printable ASCII; nil for any other.
    private static func safe(_ url: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard url.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        let start = String(decoding: url.prefix(8), as: UTF8.self).lowercased()
        return ["https://", "http://", "mailto:"].contains(where: start.hasPrefix) ? url : nil
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x80
    }
}
