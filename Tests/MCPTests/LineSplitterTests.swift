import MCP
import Testing

@Suite struct LineSplitterTests {
    private func lines(_ text: String, chunk: Int, limit: Int = 100) -> [String] {
        var splitter = LineSplitter(limit: limit)
        let bytes = Array(text.utf8)
        var lines: [[UInt8]] = []
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            lines += splitter.lines(in: bytes[start..<min(start + chunk, bytes.count)])
        }
        if let last = splitter.last() { lines.append(last) }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(arguments: 1...20)
    func `lines are the same however they arrive`(chunk: Int) {
        #expect(
            lines("{\"a\":1}\n\r\n\n{}\r\n[1,\r2]\nlast", chunk: chunk) == [
                "{\"a\":1}", "", "", "{}", "[1,\r2]", "last",
            ]
        )
        #expect(lines("", chunk: chunk) == [])
        #expect(lines("a\n", chunk: chunk) == ["a"])
    }

    @Test(arguments: 1...20)
    func `a line beyond the limit becomes something that is not JSON`(chunk: Int) {
        let long = String(repeating: "1", count: 11)
        #expect(lines("{}\n\(long)\n[]\n", chunk: chunk, limit: 10) == ["{}", "too long", "[]"])
        #expect(lines(String(long.dropLast()) + "\n" + long, chunk: chunk, limit: 10) == ["1111111111", "too long"])
    }
}
