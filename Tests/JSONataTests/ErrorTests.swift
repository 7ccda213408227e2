import JSON
import JSONata
import Testing

@Suite struct ErrorTests {
    struct Case: Sendable, CustomStringConvertible {
        var expression: String
        var code: String
        var position: Int?
        var token: String?

        var description: String { expression }

        init(_ expression: String, _ code: String, _ position: Int?, _ token: String? = nil) {
            self.expression = expression
            self.code = code
            self.position = position
            self.token = token
        }
    }

    private func error(_ text: String, _ input: JSONValue? = nil) -> JSONataError? {
        do {
            _ = try Expression(text).evaluate(input)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        Case("'abc", "S0101", 4), Case("1e999", "S0102", 0, "1e999"), Case(#""\y""#, "S0103", 2, "y"),
        Case(#""\u12z4""#, "S0104", 2), Case("`abc", "S0105", 4), Case("/* abc", "S0106", 0),
        Case("1 2", "S0201", 3, "2"),
        Case("[1)", "S0202", 3, ")"), Case("(1", "S0203", 2, "(end)"), Case("1 ! 2", "S0204", 3, "!"),
        Case("!a", "S0204", 1, "!"),
        Case("1 +", "S0207", 3, "(end)"),
        Case("function(1){2}", "S0208", 10), Case("* = + 3", "S0211", 5, "+"), Case("a := 1", "S0212", 1, "a"),
        Case("a.1", "S0213", 3), Case("a@b", "S0214", 3, "@"), Case("a[0]@$b", "S0215", 5),
        Case("a^(b)@$c", "S0216", 6),
        Case("%", "S0217", 1, "parent"), Case("$match('', //)", "S0301", 12), Case("a ~> /b", "S0302", 7),
        Case("function($a)<n<n>>{1}", "S0401", 15), Case("function($a)<(a<n>)>{1}", "S0402", 14),
    ])
    func `text that is not an expression tells where reading stopped`(test: Case) {
        let error = error(test.expression)
        #expect(error?.code == test.code)
        #expect(error?.position == test.position)
        if let token = test.token { #expect(error?.token == token) }
    }

    @Test(arguments: [
        Case("'a' + 1", "T2001", 5, "+"), Case("1 - 'a'", "T2002", 3, "-"), Case("[1.5..2]", "T2003", 6, ".."),
        Case("[1..2.5]", "T2004", 4, ".."), Case("1 ~> 2", "T2006", 4), Case("1 < 'a'", "T2009", 3, "<"),
        Case("true < 1", "T2010", 6, "<"), Case("-'a'", "D1002", 1, "-"), Case("{1: 2}", "T1003", 1),
        Case("{'a' & '': 1, 'a': 2}", "D1009", 1), Case("$sum('a')", "T0412", 5, "sum"),
        Case("$substring('a', 'b')", "T0410", 11, "substring"),
        Case("1.$uppercase()", "S0213", 1), Case("[1].$uppercase()", "T0411", 15, "uppercase"),
        Case("sum(1)", "T1005", 4, "sum"),
        Case("$nothing(1)", "T1006", 9, "nothing"), Case("sum(?)", "T1007", 4, "sum"),
        Case("$nothing(?)", "T1008", 9, "nothing"),
        Case("[1..1e8]", "D2014", 4, ".."), Case("$string(1/0)", "D3001", 8, "string"),
        Case("$number('x')", "D3030", 8, "number"),
        Case("$sqrt(-1)", "D3060", 6, "sqrt"), Case("$toMillis('x')", "D3110", 10, "toMillis"),
        Case("$error('no')", "D3137", 7, "error"),
        Case("$assert(false)", "D3141", 8, "assert"), Case("1/0", "D1001", nil),
        Case("$replace('a', '', 'b')", "D3010", 9, "replace"),
    ])
    func `an expression that fails tells which part of it did`(test: Case) {
        let error = error(test.expression)
        #expect(error?.code == test.code)
        #expect(error?.position == test.position)
        if let token = test.token { #expect(error?.token == token) }
    }

    @Test func `messages name the value at fault, and places are lines and columns`() {
        let text = "{\n  'a': 1 +\n    'x'\n}"
        let error = error(text)
        #expect(error?.message == "The right side of + must be a number.")
        #expect(error?.place(in: text) == SourcePlace(line: 2, column: 11))
        #expect(self.error("$number('4x')")?.message == #""4x" cannot be made a number."#)
    }
}
