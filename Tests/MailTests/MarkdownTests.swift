import Basics
import Mail
import Testing

struct MarkdownTests {
    /// The HTML that a message made of Markdown has between its body tags.
    private func html(_ markdown: String) throws -> String {
        let message = try MailMessage(
            sender: MailAddress("a@x.example"),
            recipients: MailMessage.Recipients(to: [MailAddress("b@x.example")]),
            subject: "s",
            body: .markdown(markdown),
            date: Timestamp(milliseconds: 0),
            identifier: "x"
        )
        return message.html
    }

    private static let cell = " style=\"border:1px solid #999;padding:3px 8px;text-align:left\""

    private static let blocks: [(String, String)] = [
        ("# A\n### B #c", "<h1>A</h1>\n<h3>B #c</h3>\n"),
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>\n"),
        (
            "- a\n- b\n  more\n\n1. x\n2) y",
            "<ul>\n<li>a</li>\n<li>b\nmore</li>\n</ul>\n<ol>\n<li>x</li>\n<li>y</li>\n</ol>\n"
        ),
        ("> a\n> b", "<blockquote>a<br>\nb</blockquote>\n"),
        ("```\n<b>*x*\n```\nafter", "<pre>&lt;b&gt;*x*\n</pre>\n<p>after</p>\n"),
        ("---", "<hr>\n"),
        (
            "| a | b |\n|---|:-:|\n| 1 \\| 2 | **c** |\n| only |",
            "<table style=\"border-collapse:collapse\">\n<tr><th\(cell)>a</th><th\(cell)>b</th></tr>\n"
                + "<tr><td\(cell)>1 | 2</td><td\(cell)><strong>c</strong></td></tr>\n"
                + "<tr><td\(cell)>only</td><td\(cell)></td></tr>\n</table>\n"
        ),
    ]

    @Test(arguments: blocks) func `blocks become HTML`(markdown: String, expected: String) throws {
        #expect(try html(markdown) == expected)
    }

    private static let inlines: [(String, String)] = [
        ("**a** *b* __c__ _d_ `e*f*`", "<strong>a</strong> <em>b</em> <strong>c</strong> <em>d</em> <code>e*f*</code>"),
        ("2 * 3 * 4, snake_case_name, \\*no\\*", "2 * 3 * 4, snake_case_name, *no*"),
        ("**open and *half", "**open and *half"),
        ("**a *b* c**", "<strong>a <em>b</em> c</strong>"),
        ("[site](https://x.example/?a=1&b=\"2\")", "<a href=\"https://x.example/?a=1&amp;b=&quot;2&quot;\">site</a>"),
        ("[bad](javascript:alert)", "bad"), ("[b](x:a(1))", "[b](x:a(1))"), ("[bad](data:text/html,x)", "bad"),
        ("[a](java\u{1}script:x)", "a"), ("[mail](mailto:a@x.example)", "<a href=\"mailto:a@x.example\">mail</a>"),
        ("![pixel](https://x.example/p.png)", "pixel"),
        ("<img src=x onerror=alert(1)> & 'q'", "&lt;img src=x onerror=alert(1)&gt; &amp; &#39;q&#39;"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("[<b>](https://x.example/<b>)", "<a href=\"https://x.example/&lt;b&gt;\">&lt;b&gt;</a>"),
        ("Grüße 漢 😀", "Grüße 漢 😀"),
    ]

    @Test(arguments: inlines) func `text becomes HTML with nothing in it that runs or loads`(
        markdown: String,
        expected: String
    ) throws {
        #expect(try html(markdown) == "<p>\(expected)</p>\n")
    }

    @Test func `whatever is written, only known tags come out, and each is closed`() throws {
        let pieces = [
            "*", "**", "_", "`", "[", "](https://x.example)", "![", "](javascript:x)", "<script>", "\"", "'", "&", "\n",
            "\n\n", "# ", "- ", "1. ", "> ", "|", "\n|---|\n", "```\n", "a", " ", "\\", "é", "\u{0}", "\u{1}", "\r",
        ]
        let known: Set<String> = [
            "p", "h1", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "a", "table", "tr", "th", "td",
        ]
        var state: UInt64 = 11
        for round in 0..<1500 {
            var markdown = ""
            for _ in 0..<40 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                markdown += pieces[Int(state >> 33) % pieces.count]
            }
            var open: [String] = []
            for tag in tags(try html(markdown)) where tag != "br" && tag != "hr" {
                if tag.hasPrefix("/") {
                    #expect(open.popLast() == String(tag.dropFirst()), "round \(round): \(markdown)")
                } else {
                    #expect(known.contains(tag), "round \(round): \(tag)")
                    open.append(tag)
                }
            }
            #expect(open.isEmpty, "round \(round): \(markdown)")
        }
    }

    @Test(arguments: ["*a ", "[", "**", "`", "_x ", "![a](", "\\", "> ", "| "])
    func `a hundred thousand marks that nothing closes take no time`(piece: String) throws {
        #expect(try !html(String(repeating: piece, count: 50_000)).isEmpty)
    }

    private func tags(_ html: String) -> [String] {
        html.split(separator: "<").dropFirst(html.hasPrefix("<") ? 0 : 1).map {
            String($0.prefix { $0 != ">" && $0 != " " })
        }
    }
}
