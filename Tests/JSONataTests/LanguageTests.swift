import Basics
import JSON
import JSONata
import Testing

/// The language, feature by feature, on a small hiring document.
@Suite struct LanguageTests {
    struct Case: Sendable, CustomStringConvertible {
        var expression: String
        /// JSON text; nil for nothing.
        var result: String?

        var description: String { expression }

        init(_ expression: String, _ result: String?) {
            self.expression = expression
            self.result = result
        }
    }

    static let data = """
        {"job": {"title": "Nurse", "id": 7, "open": true, "salary": null},
         "candidates": [
           {"name": "Ada", "stage": "offer", "score": 9.5, "tags": ["night", "senior"], "notes": [{"by": "Kim", "text": "good"}]},
           {"name": "Bo", "stage": "screen", "score": 4, "tags": [], "notes": []},
           {"name": "Cy", "stage": "screen", "score": 7, "tags": ["night"], "notes": [{"by": "Lu", "text": "late"}, {"by": "Kim", "text": "ok"}]}],
         "owners": [{"job": 7, "person": "Kim"}, {"job": 8, "person": "Lu"}]}
        """

    private func check(_ test: Case) throws {
        let data = try JSONParser.parse(Self.data)
        let options = EvaluationOptions(allowsEval: true)
        let result = try Expression(test.expression).evaluate(data, options: options)
        let wanted = try test.result.map { try JSONParser.parse($0) }
        #expect(result == wanted, "\(test.expression)")
    }

    @Test(arguments: [
        Case("job.title", #""Nurse""#), Case("job.missing", nil), Case("job.salary", "null"),
        Case("candidates.name", #"["Ada", "Bo", "Cy"]"#), Case("candidates[0].name", #""Ada""#),
        Case("candidates[-1].name", #""Cy""#), Case("candidates[[0..1]].name", #"["Ada", "Bo"]"#),
        Case("candidates.tags", #"["night", "senior", "night"]"#), Case("candidates.tags[0]", #"["night", "night"]"#),
        Case("(candidates.tags)[0]", #""night""#), Case("candidates[score > 5].name", #"["Ada", "Cy"]"#),
        Case("candidates[name = 'Bo'].score", "4"), Case("candidates[name = 'Bo'].score[]", "[4]"),
        Case("candidates[stage = 'none']", nil), Case("candidates.notes[by = 'Kim'].text", #"["good", "ok"]"#),
        Case("`job`.'title'", #""Nurse""#), Case("job.*", #"["Nurse", 7, true, null]"#),
        Case("**.by", #"["Kim", "Lu", "Kim"]"#), Case("$.job.id", "7"), Case("$$.job.id", "7"),
    ])
    func `paths select, filter and flatten`(test: Case) throws { try check(test) }

    @Test(arguments: [
        Case("1 + 2 * 3 - 4 / 2", "5"), Case("7 % 4", "3"), Case("-7 % 4", "-3"), Case("-job.id", "-7"),
        Case("1 / 3", "0.3333333333333333"), Case("0.1 + 0.2", "0.30000000000000004"), Case("job.none + 1", nil),
        Case("9007199254740993 + 2", "9007199254740995"), Case("9223372036854775807 + 1", "9.223372036854776e18"),
        Case("1 = 1.0 and 'a' != 'b'", "true"), Case("{'a': [1]} = {'a': [1]}", "true"), Case("none = none", "false"),
        Case("2 < 10", "true"), Case("'2' < '10'", "false"), Case("none < 1", nil), Case("7 in [5, 7]", "true"),
        Case("'a' in 'a'", "true"), Case("true and none", "false"), Case("'' or 0 or [] or {} or null", "false"),
        Case("'a' & 1 & true & null & none", #""a1truenull""#), Case("[1..3, 5]", "[1, 2, 3, 5]"), Case("[3..1]", "[]"),
        Case("none ?? 'x'", #""x""#), Case("0 ?? 'x'", "0"), Case("0 ?: 'x'", #""x""#), Case("1 > 2 ? 'a'", nil),
        Case("1 > 2 ? 'a' : 'b'", #""b""#),
    ])
    func `operators compute, compare and choose`(test: Case) throws { try check(test) }

    @Test(arguments: [
        Case("[1, [2, 3], candidates.score]", "[1, [2, 3], 9.5, 4, 7]"), Case("[none]", "[]"),
        Case("{'n': job.title, 'x': none}", #"{"n": "Nurse"}"#),
        Case("candidates{stage: $count($)}", #"{"offer": 1, "screen": 2}"#),
        Case("candidates.{name: score}", #"[{"Ada": 9.5}, {"Bo": 4}, {"Cy": 7}]"#),
        Case("candidates{stage: name}", #"{"offer": "Ada", "screen": ["Bo", "Cy"]}"#),
        Case("candidates^(>score).name", #"["Ada", "Cy", "Bo"]"#),
        Case("candidates^(stage, score).name", #"["Ada", "Bo", "Cy"]"#),
        Case("candidates.[name, score]", #"[["Ada", 9.5], ["Bo", 4], ["Cy", 7]]"#),
        Case(
            "candidates@$c.$$.owners@$o[$o.job = $$.job.id].{'c': $c.name, 'o': $o.person}[0]",
            #"{"c": "Ada", "o": "Kim"}"#
        ),
        Case("candidates#$i.{'i': $i, 'n': name}[i = 2].n", #""Cy""#),
        Case(
            "candidates.notes.{'who': %.name, 'text': text}[0]",
            #"{"who": "Ada", "text": "good"}"#
        ),
        Case(
            "job ~> |$|{'open': false, 'new': 1}, ['id']|",
            #"{"title": "Nurse", "open": false, "salary": null, "new": 1}"#
        ),
    ])
    func `constructors, groups, order, joins and transforms reshape`(test: Case) throws { try check(test) }

    @Test(arguments: [
        Case("($x := 2; $f := function($n){$n * $x}; $f(4))", "8"),
        Case("($x := 1; ($x := 2); $x)", "1"), Case("λ($a, $b){$a & $b}('x')", #""x""#),
        Case("($add := function($a, $b){$a + $b}; $inc := $add(1, ?); $inc(4))", "5"),
        Case("candidates.score ~> $sum()", "20.5"), Case("($up := $trim ~> $uppercase; $up('  ab '))", #""AB""#),
        Case("($f := function($n, $a){$n = 0 ? $a : $f($n - 1, $a + $n)}; $f(20000, 0))", "200010000"),
        Case("$map([1..3], function($v, $i, $a){$v * 10 + $i + $count($a)})", "[13, 24, 35]"),
        Case("$filter(candidates, function($c){$c.score < 5}).name", #""Bo""#),
        Case("$reduce([1..5], function($a, $b){$a * $b})", "120"), Case("$reduce([], function($a, $b){$a}, 3)", "3"),
        Case("$single(candidates, function($c){$c.name = 'Bo'}).score", "4"),
        Case("$sift(job, function($v, $k){$k = 'id'})", #"{"id": 7}"#),
        Case("$each(job, function($v, $k){$k})", #"["title", "id", "open", "salary"]"#),
        Case("$sort([3, 1, 2])", "[1, 2, 3]"), Case("$sort(['b', 'a'], function($l, $r){$l < $r})", #"["b", "a"]"#),
        Case("$eval('job.id + 1')", "8"), Case("$zip([1, 2], ['a', 'b'])", #"[[1, "a"], [2, "b"]]"#),
        Case("/* a comment */ 1", "1"),
    ])
    func `functions are values that remember where they were made`(test: Case) throws { try check(test) }

    @Test(arguments: [
        Case("$substring('hello', 1, 3)", #""ell""#), Case("$substring('hello', -3)", #""llo""#),
        Case("$substringBefore('a-b', '-') & $substringAfter('a-b', '-')", #""ab""#), Case("$length('𝒳y')", "2"),
        Case("$pad('x', 3, 'ab') & $pad('x', -3)", #""xab  x""#), Case("$trim('  a \\n b ')", #""a b""#),
        Case("$split('a, b', ', ')", #"["a", "b"]"#), Case("$split('abc', '')", #"["a", "b", "c"]"#),
        Case("$join(['a', 'b'], '-')", #""a-b""#), Case("$contains('abc', /B/i)", "true"),
        Case("$replace('a.b.c', '.', '-', 1)", #""a-b.c""#),
        Case("$replace('Ada L', /(\\w+) (\\w+)/, '$2 $1 $$')", #""L Ada $""#),
        Case("$match('a1b2', /[a-z](\\d)/).groups", #"["1", "2"]"#),
        Case("$base64decode($base64encode('hé'))", #""hé""#),
        Case("$encodeUrlComponent('a b&c')", #""a%20b%26c""#), Case("$decodeUrl('a%20b%26c')", #""a b%26c""#),
        Case("$string({'a': [1, 0.1 + 0.2]})", #""{\"a\":[1,0.3]}""#), Case("$number('0x1f') + $number('1e2')", "131"),
        Case("$round(2.5) + $round(3.5)", "6"), Case("$round(1234.567, -2)", "1200"), Case("$power(2, 10)", "1024"),
        Case("$formatNumber(1234.5, '#,##0.00')", #""1,234.50""#), Case("$formatNumber(0.14, '01%')", #""14%""#),
        Case("$formatBase(255, 16)", #""ff""#), Case("$formatInteger(2026, 'I')", #""MMXXVI""#),
        Case("$formatInteger(21, 'w;o')", #""twenty-first""#), Case("$parseInteger('twelve thousand', 'w')", "12000"),
        Case("$fromMillis(0, '[FNn] [D1o] [MNn] [Y]')", #""Thursday 1st January 1970""#),
        Case("$toMillis('1/2/2026', '[D]/[M]/[Y]')", "1769904000000"), Case("$toMillis('2026-02-01')", "1769904000000"),
        Case("$fromMillis(0, '[H01]:[m01] [z]', '+0530')", #""05:30 GMT+05:30""#),
        Case("$keys(candidates)", #"["name", "stage", "score", "tags", "notes"]"#), Case("$lookup(job, 'id')", "7"),
        Case("$merge([{'a': 1}, {'a': 2, 'b': 3}])", #"{"a": 2, "b": 3}"#),
        Case("$spread({'a': 1, 'b': 2})", #"[{"a": 1}, {"b": 2}]"#),
        Case("$distinct(candidates.stage)", #"["offer", "screen"]"#), Case("$reverse([1, 2])", "[2, 1]"),
        Case("$append(1, [2, 3])", "[1, 2, 3]"), Case("$count(none) & $exists(none)", #""0false""#),
        Case("$type(job) & $type([]) & $type(null) & $type($sum)", #""objectarraynullfunction""#),
        Case("$max([1, 3, 2]) - $min([1, 3, 2])", "2"), Case("$average([1, 2])", "1.5"), Case("$sum([])", "0"),
        Case("$not(0) and $boolean('a')", "true"), Case("$abs(-3) + $floor(1.9) + $ceil(1.1) + $sqrt(9)", "9"),
    ])
    func `the functions of the language do what its documentation says`(test: Case) throws { try check(test) }

    @Test func `integers that doubles cannot hold pass through unchanged`() throws {
        let data = try JSONParser.parse(#"{"id": 12345678901234567890, "big": 9007199254740993}"#)
        let result = try Expression("{'id': id, 'text': $string(id), 'big': big, 'same': id = $$.id}").evaluate(data)
        let wanted = try JSONParser.parse(
            #"{"id": 12345678901234567890, "text": "12345678901234567890", "big": 9007199254740993, "same": true}"#
        )
        #expect(result == wanted)
        #expect(result.map { JSONWriter.text(of: $0) } == JSONWriter.text(of: wanted))
    }

    @Test func `an input that is an array is one value until a path steps into it`() throws {
        let data: JSONValue = [["a": 1], ["a": 2]]
        #expect(try Expression("$").evaluate(data) == data)
        #expect(try Expression("a").evaluate(data) == [1, 2])
        #expect(try Expression("$[1].a").evaluate(data) == 2)
        #expect(try Expression("$count($)").evaluate(data) == 2)
    }

    @Test func `bindings are variables, and now stands still`() throws {
        let options = EvaluationOptions(now: Timestamp(milliseconds: 1_769_904_000_000))
        #expect(try Expression("$a.b & '!'").evaluate(nil, bindings: ["a": ["b": "x"]]) == "x!")
        #expect(
            try Expression("$now() & $millis()").evaluate(nil, options: options)
                == "2026-02-01T00:00:00.000Z1769904000000"
        )
    }

    @Test func `one parsed expression serves many tasks at once`() async throws {
        let expression = try Expression("($f := function($n){$n < 2 ? $n : $f($n - 1) + $f($n - 2)}; $f(n))")
        let results = try await withThrowingTaskGroup(of: JSONValue?.self) { group in
            for _ in 0..<8 { group.addTask { try expression.evaluate(["n": 12]) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results == Array(repeating: 144, count: 8))
    }
}
