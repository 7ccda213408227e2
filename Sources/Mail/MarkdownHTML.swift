/// Makes HTML for mail from a small, safe part of Markdown.
///
/// Headings, paragraphs, lists, quotes, tables, code, rules, emphasis and links. Everything else is text, raw HTML
/// included: nothing is loaded from anywhere, and nothing can run.
enum MarkdownHTML {
    /// A whole document.
    static func document(_ markdown: String) -> String {
        """
        <!DOCTYPE html>
        <html><head><meta charset="utf-8"></head>
        <body style="font-family:sans-serif;font-size:14px;line-height:1.45">
        \(content(markdown))</body></html>

        """
    }

    /// What stands in the document's body.
    static func content(_ markdown: String) -> String {
        var blocks = MarkdownBlocks(markdown)
        return blocks.render()
    }
}

/// Splits Markdown into blocks.
private struct MarkdownBlocks {
    private let lines: [ArraySlice<UInt8>]
    private var position = 0
    private var out: [UInt8] = []

    private static let cell = "border:1px solid #999;padding:3px 8px;text-align:left"

    init(_ markdown: String) {
        // A carriage return alone ends a line too; one before a line feed is part of its line break.
        var bytes = Array(markdown.utf8)
        bytes.removeAll { $0 == 0 }
        lines = MailText.lines(String(decoding: bytes, as: UTF8.self))
            .split(separator: 0x0A, omittingEmptySubsequences: false).map { $0.last == 0x0D ? $0.dropLast() : $0 }
    }

    mutating func render() -> String {
        while position < lines.count {
            let line = MarkdownBlocks.trimmed(lines[position])
            if line.isEmpty {
                position += 1
            } else if line.starts(with: "```".utf8) {
                code()
            } else if let level = MarkdownBlocks.headingLevel(line) {
                put("<h\(level)>")
                inline(MarkdownBlocks.trimmed(line.dropFirst(level)))
                put("</h\(level)>\n")
                position += 1
            } else if MarkdownBlocks.isRule(line) {
                put("<hr>\n")
                position += 1
            } else if MarkdownBlocks.item(line) != nil {
                list()
            } else if line.first == UInt8(ascii: ">") {
                quote()
            } else if isTable(at: position) {
                table()
            } else {
                paragraph()
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private mutating func put(_ text: String) { out += text.utf8 }

    private mutating func inline(_ bytes: ArraySlice<UInt8>) { MarkdownInline.write(bytes, to: &out) }

    private mutating func code() {
        position += 1
        put("<pre>")
        while position < lines.count, !MarkdownBlocks.trimmed(lines[position]).starts(with: "```".utf8) {
            MarkdownInline.escape(lines[position], to: &out)
            out.append(0x0A)
            position += 1
        }
        position += 1
        put("</pre>\n")
    }

    private mutating func list() {
        let isOrdered = MarkdownBlocks.item(MarkdownBlocks.trimmed(lines[position]))?.isOrdered == true
        put(isOrdered ? "<ol>\n" : "<ul>\n")
        while position < lines.count,
            let item = MarkdownBlocks.item(MarkdownBlocks.trimmed(lines[position])), item.isOrdered == isOrdered
        {
            put("<li>")
            inline(item.text)
            position += 1
            // A line that is indented goes on with the item.
            while position < lines.count, lines[position].first == 0x20 {
                let line = MarkdownBlocks.trimmed(lines[position])
                guard !line.isEmpty, MarkdownBlocks.item(line) == nil else { break }
                out.append(0x0A)
                inline(line)
                position += 1
            }
            put("</li>\n")
        }
        put(isOrdered ? "</ol>\n" : "</ul>\n")
    }

    private mutating func quote() {
        put("<blockquote>")
        var isFirst = true
        while position < lines.count {
            let line = MarkdownBlocks.trimmed(lines[position])
            guard line.first == UInt8(ascii: ">") else { break }
            if !isFirst { put("<br>\n") }
            isFirst = false
            inline(MarkdownBlocks.trimmed(line.dropFirst()))
            position += 1
        }
        put("</blockquote>\n")
    }

    private mutating func paragraph() {
        put("<p>")
        var isFirst = true
        while position < lines.count {
            let line = MarkdownBlocks.trimmed(lines[position])
            if !isFirst, line.isEmpty || startsBlock(line) { break }
            if !isFirst { put("<br>\n") }
            isFirst = false
            inline(line)
            position += 1
        }
        put("</p>\n")
    }

    private func startsBlock(_ line: ArraySlice<UInt8>) -> Bool {
        line.starts(with: "```".utf8) || MarkdownBlocks.headingLevel(line) != nil || MarkdownBlocks.isRule(line)
            || MarkdownBlocks.item(line) != nil || line.first == UInt8(ascii: ">") || isTable(at: position)
    }

    // MARK: Tables

    private func isTable(at position: Int) -> Bool {
        guard position + 1 < lines.count else { return false }
        let delimiter = MarkdownBlocks.trimmed(lines[position + 1])
        return lines[position].contains(UInt8(ascii: "|")) && delimiter.contains(UInt8(ascii: "-"))
            && delimiter.allSatisfy { " |:-\t".utf8.contains($0) } && delimiter.contains(UInt8(ascii: "|"))
    }

    private mutating func table() {
        put("<table style=\"border-collapse:collapse\">\n")
        row(MarkdownBlocks.cells(lines[position]), "th")
        let columns = MarkdownBlocks.cells(lines[position]).count
        position += 2
        while position < lines.count, lines[position].contains(UInt8(ascii: "|")) {
            var cells = MarkdownBlocks.cells(lines[position]).prefix(columns)
            while cells.count < columns { cells.append([]) }
            row(Array(cells), "td")
            position += 1
        }
        put("</table>\n")
    }

    private mutating func row(_ cells: [[UInt8]], _ tag: String) {
        put("<tr>")
        for cell in cells {
            put("<\(tag) style=\"\(MarkdownBlocks.cell)\">")
            inline(cell[...])
            put("</\(tag)>")
        }
        put("</tr>\n")
    }

    /// The cells of a row; `\|` is a bar inside one.
    private static func cells(_ line: ArraySlice<UInt8>) -> [[UInt8]] {
        var row = trimmed(line)
        if row.first == UInt8(ascii: "|") { row = row.dropFirst() }
        var cells: [[UInt8]] = [[]]
        var index = row.startIndex
        while index < row.endIndex {
            let byte = row[index]
            if byte == UInt8(ascii: "\\"), index + 1 < row.endIndex, row[index + 1] == UInt8(ascii: "|") {
                cells[cells.count - 1].append(UInt8(ascii: "|"))
                index += 2
                continue
            }
            if byte == UInt8(ascii: "|") {
                if index + 1 < row.endIndex { cells.append([]) }
            } else {
                cells[cells.count - 1].append(byte)
            }
            index += 1
        }
        return cells.map { Array(trimmed($0[...])) }
    }

    // MARK: Lines

    static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line.drop { $0 == 0x20 || $0 == 0x09 }
        while line.last == 0x20 || line.last == 0x09 { line.removeLast() }
        return line
    }

    private static func headingLevel(_ line: ArraySlice<UInt8>) -> Int? {
        let level = line.prefix { $0 == UInt8(ascii: "#") }.count
        guard (1...6).contains(level), line.dropFirst(level).first == 0x20 else { return nil }
        return level
    }

    private static func isRule(_ line: ArraySlice<UInt8>) -> Bool {
        guard let mark = line.first, "-*_".utf8.contains(mark) else { return false }
        return line.allSatisfy { $0 == mark || $0 == 0x20 } && line.count(where: { $0 == mark }) >= 3
    }

    private static func item(_ line: ArraySlice<UInt8>) -> (isOrdered: Bool, text: ArraySlice<UInt8>)? {
        if let mark = line.first, "-*+".utf8.contains(mark), line.dropFirst().first == 0x20 {
            return (false, trimmed(line.dropFirst(2)))
        }
        let digits = line.prefix { $0 >= 0x30 && $0 <= 0x39 }.count
        let rest = line.dropFirst(digits)
        guard (1...9).contains(digits), let mark = rest.first, ".)".utf8.contains(mark), rest.dropFirst().first == 0x20
        else { return nil }
        return (true, trimmed(rest.dropFirst(2)))
    }
}
