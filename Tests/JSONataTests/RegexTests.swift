import JSON
import JSONata
import Testing

/// Regular expressions in the syntax of JavaScript, through the functions that use them.
@Suite struct RegexTests {
    struct Case: Sendable, CustomStringConvertible {
        var pattern: String
        var subject: String
        /// What matches, one after the other.
        var matches: [String]

        var description: String { "\(pattern) on \(subject)" }

        init(_ pattern: String, _ subject: String, _ matches: [String]) {
            self.pattern = pattern
            self.subject = subject
            self.matches = matches
        }
    }

    @Test(arguments: [
        Case("/a+?/", "aaa", ["a", "a", "a"]), Case("/a{2,3}/", "aaaaa", ["aaa", "aa"]),
        Case("/a{2}/", "aaaaa", ["aa", "aa"]),
        Case("/a{,3}/", "a{,3}", ["a{,3}"]), Case("/(?:ab)+/", "ababx", ["abab"]), Case("/[a-c]+/", "xabcd", ["abc"]),
        Case("/[^a-c]+/", "abxyc", ["xy"]), Case("/[\\w-]+/", "a-b c", ["a-b", "c"]),
        Case("/[\\]x]/", "]x", ["]", "x"]),
        Case("/\\bfoo\\b/", "foo food foo", ["foo", "foo"]), Case("/^a/", "a\na", ["a"]),
        Case("/^a/m", "a\na", ["a", "a"]),
        Case("/a$/m", "a\nba", ["a", "a"]), Case("/A/i", "aA", ["a", "A"]), Case("/é/i", "Éé", ["É", "é"]),
        Case("/[A-Z]+/i", "abC", ["abC"]), Case("/(a)\\1/", "aaa", ["aa"]), Case("/(?<x>a|b)\\k<x>/", "abba", ["bb"]),
        Case("/a(?=b)/", "abac", ["a"]), Case("/a(?!b)/", "abac", ["a"]), Case("/(?<=\\$)\\d+/", "$12 13", ["12"]),
        Case("/(?<!\\$)\\b\\d+/", "$12 13", ["13"]), Case("/a|ab|abc/", "abc", ["a"]),
        Case("/\\u0041\\x42/", "AB", ["AB"]),
        Case("/./", "a\nb", ["a", "b"]), Case("/[\\s\\S]/", "a\n", ["a", "\n"]), Case("/\\//", "a/b", ["/"]),
        Case("/(a*)*b/", "aab", ["aab"]), Case("/(z)((a+)?(b+)?(c))*/", "zaacbbbcac", ["zaacbbbcac"]),
    ])
    func `a pattern finds what it finds in JavaScript`(test: Case) throws {
        let result = try Expression("[$match(s, \(test.pattern)).match]").evaluate(["s": .string(test.subject)])
        #expect(result == .array(test.matches.map { .string($0) }))
    }

    @Test func `groups that took no part are null, and rounds of a loop forget the round before`() throws {
        let result = try Expression("$match('zaacbbbcac', /(z)((a+)?(b+)?(c))*/).groups").evaluate(nil)
        #expect(result == ["z", "ac", "a", nil, "c"])
    }

    @Test func `positions count UTF-16 units`() throws {
        #expect(try Expression("$match('𝒳y', /y/).index").evaluate(nil) == 2)
    }

    @Test(arguments: ["/(/", "/)/", "/[a/", "/*a/", "/a{3,2}/", "/(?<x>a)(?<x>b)/", "/\\k<y>(?<x>a)/", "/[b-a]/"])
    func `a pattern that is not one is refused before anything runs`(pattern: String) {
        #expect(throws: JSONataError.self) { try Expression("$match('', \(pattern))") }
    }
}
