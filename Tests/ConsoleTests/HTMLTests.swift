import Console
import Testing

struct HTMLTests {
    @Test func `text that is put into a page cannot become markup`() {
        let name = "<script>alert('x')</script>\" onload=\"y"
        let html: HTML = "<p title=\"\(name)\">\(name)</p>"
        #expect(!html.markup.contains("<script>"))
        #expect(html.markup.filter { $0 == "\"" }.count == 2)
    }

    @Test func `pieces of a page stay what they are`() {
        let cell: HTML = "<td>\("a & b")</td>"
        let none: HTML? = nil
        let row: HTML = "<tr>\([cell, cell])\(none)\(3)</tr>"
        #expect(row.markup == "<tr><td>a &amp; b</td>\n<td>a &amp; b</td>3</tr>")
    }
}
