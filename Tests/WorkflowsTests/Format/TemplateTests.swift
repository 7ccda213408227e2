import JSON
import Testing
import Workflows

struct TemplateTests {
    @Test func `a formula keeps the type of its value`() throws {
        #expect(try WorkflowFixture.value(#""= 1 + 1""#) == 2)
        #expect(try WorkflowFixture.value(#""= [1]""#) == [1])
        #expect(try WorkflowFixture.value(#""= $a.b""#, ["a": ["b": ["c": true]]]) == ["c": true])
    }

    @Test func `a text takes in strings as they are and the rest as JSON`() throws {
        let text = try WorkflowFixture.value(
            #""{{ $a }}|{{ $b }}|{{ $c }}|{{ $missing }}|{{ null }}|{{ {'x': {'y': '}}'}} }}""#,
            ["a": "one", "b": [1, "two"], "c": 2.5]
        )
        #expect(text == #"one|[1,"two"]|2.5|||{"x":{"y":"}}"}}"#)
    }

    @Test func `members and elements that are nothing are left out, null is not`() throws {
        let value = try WorkflowFixture.value(
            #"{ "a": "= $x", "b": "= null", "c": ["= $x", 1], "d": { "e": "= $x" } }"#
        )
        #expect(value == ["b": nil, "c": [1], "d": [:]])
    }

    @Test func `a value without formulas is a constant`() throws {
        let (workflow, _) = WorkflowFixture.load(WorkflowFixture.text(#"{ "set": { "a": [1, "x { y"] } }"#))
        guard case .set(let step)? = workflow?.steps.first?.kind else { return #expect(Bool(false)) }
        #expect(step.value.constant == ["a": [1, "x { y"]])
    }

    @Test func `now is what the scope says, and chance is refused`() throws {
        #expect(try WorkflowFixture.value(#""= $now()""#) == "2026-11-20T09:00:00.000Z")
        #expect(try WorkflowFixture.value(#""= $daysSince('2026-11-18T09:00:00Z')""#) == 2)
        #expect(throws: WorkflowError.self) { try WorkflowFixture.value(#""= $random()""#) }
        #expect(throws: WorkflowError.self) { try WorkflowFixture.value(#""= $eval('1')""#) }
    }

    @Test func `a runaway formula ends`() {
        #expect(throws: WorkflowError.self) {
            try WorkflowFixture.value(#""= ( $f := function($x) { $f($x + 1) }; $f(0) )""#)
        }
    }

    @Test(arguments: [
        ("$missing", false), ("null", false), ("0", false), ("''", false), ("[]", false), ("{}", false),
        ("[0, '']", false),
        ("true", true), ("-1", true), ("'x'", true), ("[0, 1]", true), ("{'a': 0}", true),
    ])
    func `a condition holds as in JSONata`(text: String, holds: Bool) throws {
        let formula = try Formula(text, at: TextAnchor(pointer: "", offset: 0))
        #expect(try formula.isTrue(WorkflowFixture.scope()) == holds)
        #expect(try Formula("$boolean(\(text)) = true", at: formula.anchor).isTrue(WorkflowFixture.scope()) == holds)
    }

    @Test func `a list for a loop is an array, one item or nothing`() throws {
        func list(_ text: String) throws -> [JSONValue] {
            try Formula(text, at: TextAnchor(pointer: "", offset: 0)).list(WorkflowFixture.scope())
        }
        #expect(try list("[1, 2]") == [1, 2])
        #expect(try list("7") == [7])
        #expect(try list("null") == [])
        #expect(try list("$missing") == [])
    }

    @Test func `a formula reads nothing that it does not name`() throws {
        let formula = try Formula("$a.x & $lowercase('B')", at: TextAnchor(pointer: "", offset: 0))
        #expect(formula.names == ["a", "lowercase"])
    }
}
