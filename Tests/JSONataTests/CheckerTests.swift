import JSON
import JSONata
import Testing

@Suite struct CheckerTests {
    private func found(_ text: String, variables: Set<String> = []) -> [String] {
        ExpressionChecker(variables: variables).check(text).map {
            "\($0.place.line):\($0.place.column) \($0.kind.rawValue)"
        }
    }

    @Test func `an expression without mistakes has no findings`() {
        let text = "($low := 3; $f := function($c){$c.score > $low ? $f($c.next)}; [candidates[score > $low].name])"
        #expect(found(text) == [])
        #expect(found("candidates@$c.notes#$i[$c.name = $input.name].text[0]", variables: ["input"]) == [])
        #expect(found("$count(candidates[score > 1])") == [])
    }

    @Test func `names that nothing binds are told with their place and the nearest name`() {
        #expect(found("1 +\n  $substing(a, 1)") == ["2:3 unknown function"])
        #expect(found("$inptu.name", variables: ["input"]) == ["1:1 unknown variable"])
        #expect(found("sum(a)") == ["1:1 unknown function"])
        #expect(found("($x := 1) + $x") == ["1:13 unknown variable"])
        let messages = ExpressionChecker(variables: ["input"]).check("$inptu & $uppercas('a')").map(\.message)
        #expect(
            messages == [
                "Nothing binds $inptu; did you mean $input?",
                "There is no function $uppercas; did you mean $uppercase?",
            ]
        )
    }

    @Test func `variables that hide a function are named`() {
        #expect(found("($match := 1; $match)") == ["1:2 hides a function"])
        #expect(found("$keys.a", variables: ["keys"]) == ["1:1 hides a function"])
        #expect(found("function($now){$now}") == ["1:1 hides a function"] || found("function($now){$now}").count == 1)
    }

    @Test func `the two silent traps are named`() {
        #expect(found("{'names': candidates[score > 1].name}") == ["1:11 array that collapses"])
        #expect(found("{'names': [candidates[score > 1].name]}") == [])
        #expect(found("{'names': candidates[score > 1].name[]}") == [])
        #expect(found("{'name': candidates[0].name}") == [])
        #expect(found("rows{stage: why[0]}") == ["1:13 context of a group"])
        #expect(found("rows{stage: $[0].why}") == [])
    }

    @Test func `text that is no expression is one finding with its place`() {
        #expect(found("a.\n b +") == ["2:5 syntax"])
    }

    @Test func `a trace shows the value of each part`() throws {
        let trace = ExpressionTracer(try Expression("candidates[score > 5].name & '!'")).trace([
            "candidates": [["name": "Ada", "score": 9], ["name": "Bo", "score": 4]]
        ])
        #expect(try trace.result.get() == "Ada!")
        let shown = trace.steps.map {
            "\($0.expression) x\($0.count): \($0.values.map { $0.map { JSONWriter.text(of: $0) } ?? "nothing" })"
        }
        #expect(shown.contains(#"score > 5 x2: ["true", "false"]"#))
        #expect(shown.last == #"candidates[score > 5].name & '!' x1: ["\"Ada!\""]"#)
    }

    @Test func `a trace of a failure keeps what was reached`() throws {
        let trace = ExpressionTracer(try Expression("a + b")).trace(["a": 1, "b": "x"])
        #expect(throws: JSONataError.self) { try trace.result.get() }
        #expect(trace.steps.contains { $0.expression == "a" && $0.values == [1] })
    }
}
