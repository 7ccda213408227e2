import JSON
import Testing

@Suite struct JSONPointerTests {
    // The document and the pointers of RFC 6901 section 5.
    private let document: JSONValue = [
        "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8,
    ]

    @Test(
        arguments: [
            ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3), ("/g|h", 4), ("/i\\j", 5),
            ("/k\"l", 6),
            ("/ ", 7), ("/m~0n", 8), ("/foo", ["bar", "baz"]),
        ] as [(String, JSONValue)]
    )
    func `a pointer finds its value and is written as it was read`(text: String, value: JSONValue) throws {
        let pointer = try #require(JSONPointer(text))
        #expect(document.value(at: pointer) == value)
        #expect(pointer.description == text)
    }

    @Test func `the empty pointer is the whole`() {
        #expect(JSONPointer("").flatMap { document.value(at: $0) } == document)
    }

    @Test(arguments: ["/foo/2", "/foo/-", "/foo/00", "/foo/+0", "/foo/bar", "/none", "/foo/0/x"])
    func `a pointer to nothing finds nothing`(text: String) throws {
        #expect(document.value(at: try #require(JSONPointer(text))) == nil)
    }

    @Test(arguments: ["a", "a/b", "/~", "/~2", "/a~"])
    func `a text that is no pointer is refused`(text: String) {
        #expect(JSONPointer(text) == nil)
    }

    @Test func `marks and line breaks stay with their token`() {
        #expect(JSONPointer("/\u{301}/a\r\n")?.tokens == ["\u{301}", "a\r\n"])
        #expect(JSONPointer(tokens: ["~\u{301}", "/"]).description == "/~0\u{301}/~1")
    }
}
