import Basics
import JSON
import JSONata
import Testing

/// Expressions that would run away, each with one beside it that stays within the same limits.
@Suite struct LimitTests {
    private func code(_ text: String, _ limits: EvaluationLimits, _ input: JSONValue? = nil) throws -> String? {
        do {
            _ = try Expression(text).evaluate(input, options: EvaluationOptions(limits: limits))
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `an endless tail call ends when the steps are used up`() throws {
        let limits = EvaluationLimits(steps: 50_000)
        #expect(try code("($f := function(){$f()}; $f())", limits) == "U1002")
        #expect(try code("($f := function($n){$n = 0 ? 1 : $f($n - 1)}; $f(1000))", limits) == nil)
    }

    @Test func `an endless loop ends when its time is over`() throws {
        let limits = EvaluationLimits(steps: .max / 2, milliseconds: 30)
        #expect(try code("($f := function(){$f()}; $f())", limits) == "U1001")
    }

    @Test func `recursion deeper than the limit is an error on any stack`() throws {
        let limits = EvaluationLimits(depth: 3_000)
        #expect(try code("($f := function($n){1 + $f($n + 1)}; $f(0))", limits) == "U1001")
        #expect(try code("($f := function($n){$n = 0 ? 0 : 1 + $f($n - 1)}; $f(900))", limits) == nil)
    }

    @Test func `a thread with half a megabyte of stack evaluates as deep as any other`() async throws {
        let expression = try Expression("($f := function($n){$n = 0 ? 0 : 1 + $f($n - 1)}; $f(900))")
        let options = EvaluationOptions(limits: EvaluationLimits(depth: 3_000))
        let result = await withCheckedContinuation { continuation in
            Thread.start(name: "small stack", stackSize: 512 << 10) {
                continuation.resume(returning: try? expression.evaluate(nil, options: options))
            }
        }
        #expect(result == 900)
    }

    @Test func `a document as deep as the reader allows by default can be walked on a small stack`() async throws {
        let text = String(repeating: #"{"a":["#, count: 64) + "1" + String(repeating: "]}", count: 64)
        let document = try JSONParser.parse(text)
        for text in [
            "$clone($).a", "$length($string($))", "$count(**)", "$ = $clone($)", "$boolean($)", "$",
            "$ ~> |$|{'b': 1}|",
        ] {
            let expression = try Expression(text)
            let isDone = await withCheckedContinuation { continuation in
                Thread.start(name: "small stack", stackSize: 512 << 10) {
                    continuation.resume(returning: (try? expression.evaluate(document)) ?? nil != nil)
                }
            }
            #expect(isDone, "\(text)")
        }
    }

    @Test func `text and results have a largest size`() throws {
        let limits = EvaluationLimits(resultBytes: 10_000)
        #expect(
            try code("($f := function($s, $n){$n = 0 ? $s : $f($s & $s, $n - 1)}; $f('ab', 60))", limits) == "U1003"
        )
        #expect(try code("$pad('x', 1000000)", limits) == "U1003")
        #expect(try code("[1..20000]", limits) == "U1003")
        #expect(try code("$count([1..20000])", limits) == nil)
        #expect(try code("$replace('aaaaaaaaaa', 'a', $pad('b', 2000))", limits) == "U1003")
    }

    @Test func `arrays that double are stopped by the steps they cost`() throws {
        let limits = EvaluationLimits(steps: 1_000_000)
        #expect(try code("($f := function($s){$f($append($s, $s))}; $f([1, 2]))", limits) == "U1002")
    }

    @Test func `values and closures that nest without end are stopped before they are too deep to release`() throws {
        let limits = EvaluationLimits()
        #expect(try code("($f := function($s){$f([[$s]])}; $f([]))", limits) == "U1001")
        #expect(try code("($f := function($s){$f({'a': $s})}; $f({}))", limits) == "U1001")
        #expect(try code("($f := function($g){$f($g ~> $string)}; $f($string))", limits) == "U1001")
        let closures = "($f := function($g, $n){$n = 0 ? $g() : $f(function(){$n}, $n - 1)}; $f(function(){0}, 30000))"
        #expect(try code(closures, limits) == nil)
    }

    @Test func `a few values that hold one another many times cost what they stand for`() throws {
        let limits = EvaluationLimits(steps: 200_000, milliseconds: 5_000)
        let deep =
            "$d := function($n, $v){$n = 0 ? [$v] : $d($n - 1, [[$v], [$v]])}; $x := $d(60, 0); $y := $d(60, 0); "
        for (text, wanted) in [
            ("$x = $y", "U1002"), ("$x.*", "U1002"), ("$x.a", "U1002"), ("$keys($x)", "U1002"), ("$clone($x)", "U1002"),
            ("$spread($x)", "U1002"), ("$x", "U1003"), ("$string($x)", "U1003"), ("$x + 1", "T2001"),
        ] {
            let code = try code("(\(deep)\(text))", limits)
            #expect(code == wanted, "\(text)")
        }
        #expect(try code("(\(deep)$boolean($x))", limits) == nil)
        let small = EvaluationLimits(resultBytes: 100_000)
        let long = "$s := $pad('', 20000, 'x'); "
        #expect(try code("(\(long)$join([1..10000].$s))", small) == "U1003")
        #expect(try code("(\(long)$replace($s, /x+/, $replace($s, 'x', '$0')))", small) == "U1003")
        #expect(try code("(\(long)$formatNumber(1, $replace($s, 'x', '0')))", small) == "U1003")
        #expect(try code("(\(long)$length($join([1..4].$s)))", small) == nil)
    }

    @Test func `expressions that nest without end are refused, and deep ones are not`() throws {
        let deep = String(repeating: "(", count: 5_000) + "1" + String(repeating: ")", count: 5_000)
        #expect(throws: JSONataError.self) { try Expression(deep) }
        let long = Array(repeating: "1", count: 400).joined(separator: " + ")
        #expect(try Expression(long).evaluate(nil) == 400)
        #expect(throws: JSONataError.self) {
            try Expression(Array(repeating: "1", count: 50_000).joined(separator: "+"))
        }
    }

    @Test func `a regular expression cannot run away`() throws {
        let limits = EvaluationLimits(regexSteps: 100_000)
        let subject = String(repeating: "a", count: 60) + "!"
        #expect(try code("$contains('\(subject)', /^(a+)+$/)", limits) == "U1004")
        #expect(try code("$contains('\(subject)', /^a+!$/)", limits) == nil)
    }

    @Test func `eval, random and additions can be refused`() throws {
        let strict = EvaluationOptions(allowsRandom: false, allowsAdditions: false)
        for text in ["$eval('1')", "$random()", "$shuffle([1, 2])", "$daysSince('2026-01-01')"] {
            let error = #expect(throws: JSONataError.self) { try Expression(text).evaluate(nil, options: strict) }
            #expect(error?.code == "U1005")
        }
        let open = EvaluationOptions(allowsEval: true)
        #expect(try Expression("$eval('1 + 1')").evaluate(nil, options: open) == 2)
        #expect(try Expression("$random() < 1").evaluate(nil, options: open) == true)
    }
}
