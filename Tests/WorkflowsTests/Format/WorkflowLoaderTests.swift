import Basics
import JSON
import TestSupport
import Testing
import Workflows

struct WorkflowLoaderTests {
    @Test func `every kind of step is read, each with its path`() throws {
        let steps = #"""
            { "id": "a", "call": "t", "on": "ats", "with": { "x": "= $input.days" }, "all": { "max": 5 }, "once": "= 'k'",
              "timeout": "PT2M", "retry": { "attempts": 8, "for": "PT1H" }, "onError": "continue", "note": "why" },
            { "id": "b", "ask": { "prompt": "Say {{ $a }}", "data": "= $a", "tools": [], "output": { "maxWords": 9 } } },
            { "set": 1 },
            { "switch": [ { "if": "= true", "do": [ { "set": 2 } ] }, { "do": [ { "set": 3 }, { "return": 4 } ] } ] },
            { "if": "= false", "do": [ { "set": 5 } ], "else": [ { "set": 6 } ] },
            { "forEach": "= [1]", "as": "one", "key": "= $one", "maxItems": 3, "do": [ { "set": 7 } ] },
            { "parallel": { "left": [ { "set": 8 } ], "right": [ { "set": 9 } ] } },
            { "approve": { "title": "Sure?", "from": ["role:lead"], "expires": "P2D", "onExpire": "cancel" } },
            { "wait": "PT1M" }, { "wait": { "until": "= $now()" } }, { "wait": { "signal": "go", "max": "P1D" } },
            { "run": { "workflow": "other", "input": { "a": "= 1" } } },
            { "report": { "title": "T", "body": "B", "rows": "= []" } },
            { "if": "= false", "fail": "No {{ 1 }}.", "code": "none" },
            { "return": { "done": true } }
            """#
        let (workflow, problems) = WorkflowFixture.load(WorkflowFixture.text(steps))
        #expect(problems.isEmpty)
        let all = try #require(workflow).steps
        let keys = [
            "call", "ask", "set", "switch", "if", "forEach", "parallel", "approve", "wait", "wait", "wait", "run",
            "report",
            "fail", "return",
        ]
        #expect(all.map(\.kind.key) == keys)
        #expect(all.map(\.path) == (0..<15).map { "steps/\($0)" })
        guard case .choose(let choice) = all[3].kind, case .choose(let block) = all[4].kind,
            case .forEach(let loop) = all[5].kind, case .parallel(let parallel) = all[6].kind
        else { return #expect(Bool(false)) }
        #expect(
            choice.branches.map { $0.steps.map(\.path) } == [
                ["steps/3/switch/0/0"], ["steps/3/switch/1/0", "steps/3/switch/1/1"],
            ]
        )
        #expect(block.branches.map { $0.steps.map(\.path) } == [["steps/4/do/0"], ["steps/4/else/0"]])
        #expect(loop.steps.map(\.path) == ["steps/5/do/0"])
        #expect(loop.concurrency == 1)
        #expect(parallel.branches.map { $0.steps[0].path } == ["steps/6/left/0", "steps/6/right/0"])
        #expect(all[0].retry == RetryRule(attempts: 8, duration: ISODuration(seconds: 3600)))
        #expect(all[0].timeout?.seconds == 120)
        #expect(all[0].onError == .continue)
        #expect(all[0].note == "why")
    }

    @Test(arguments: [
        (
            #"{ "set": 1, "call": "x" }"#,
            #"f.json:5:13 /steps/0: error: a step does one thing, and this one has "call" and "set"; make two steps of it"#
        ),
        (#"{ "cal": "x", "on": "ats" }"#, #"f.json:5:15 /steps/0/cal: error: unknown key "cal"; did you mean "call"?"#),
        (#"{ "set": 1, "once": "= 1" }"#, #"f.json:5:25 /steps/0/once: error: "once" belongs to "call", not to "set""#),
        (
            #"{ "set": 1, "tiemout": "PT1S" }"#,
            #"f.json:5:25 /steps/0/tiemout: error: unknown key "tiemout"; did you mean "timeout"?"#
        ),
        (
            #"{ "id": "match", "set": 1 }"#,
            #"f.json:5:21 /steps/0/id: error: "match" would hide the function $match(); take another name"#
        ),
        (
            #"{ "id": "input", "set": 1 }"#,
            #"f.json:5:21 /steps/0/id: error: $input means something in every workflow; take another name"#
        ),
        (#"{ "set": "= $a +" }"#, #"f.json:5:29 /steps/0/set: error: S0207: The expression ends too early."#),
        (
            #"{ "set": "é\u00e9\n {{ 1 + + }}" }"#,
            #"f.json:5:41 /steps/0/set: error: S0211: + needs something before it."#
        ),
        (#"{ "set": "a {{ 1" }"#, #"f.json:5:25 /steps/0/set: error: this "{{" has no "}}""#),
        (#"{ "set": "=" }"#, #"f.json:5:24 /steps/0/set: error: the formula is empty"#),
        (
            #"{ "forEach": "= []", "as": "x", "maxItems": 1, "do": [ { "set": 1 } ] }"#,
            #"f.json:5:13 /steps/0: error: "key" is missing"#
        ),
        (
            #"{ "forEach": "= []", "as": "x", "key": "= $x", "do": [ { "set": 1 } ] }"#,
            #"f.json:5:13 /steps/0: error: "maxItems" is missing"#
        ),
        (#"{ "ask": { "prompt": "x" } }"#, #"f.json:5:22 /steps/0/ask: error: "tools" is missing"#),
        (
            #"{ "wait": "2 minutes" }"#,
            #"f.json:5:23 /steps/0/wait: error: "2 minutes" is not a duration such as PT2M or P1DT12H"#
        ),
    ])
    func `what is wrong with a step is told with line and column`(step: String, problem: String) {
        #expect(WorkflowFixture.problems(step) == [problem])
    }

    @Test func `all problems of a file are told at once`() {
        let problems = WorkflowFixture.problems(#"{ "sett": 1 }, { "set": "= (" }, { "wait": { "signal": "x" } }"#)
        #expect(problems.count == 3)
    }

    @Test func `limits and their writes are required`() {
        let (workflow, problems) = WorkflowFixture.load(
            #"{ "workflow": "aa", "version": 1, "title": "T", "input": { "type": "object" }, "limits": {}, "steps": [ { "set": 1 } ] }"#
        )
        #expect(workflow == nil)
        #expect(problems == [#"f.json:1:90 /limits: error: "writes" is missing"#])
    }

    @Test func `a name twice in one object is refused`() {
        #expect(
            WorkflowFixture.problems(#"{ "set": 1, "set": 2 }"#) == [
                #"f.json:5:25: error: the name "set" is used twice in one object"#
            ]
        )
    }

    @Test func `comments and trailing commas are allowed, and move nothing`() throws {
        let text = """
            { // a comment with "quotes", and a comma,
              "workflow": "aa", "version": 1, "title": "not // a comment,", "input": { "type": "object", }, // }
              "limits": { "writes": 0, }, "steps": [ { "set": [1, 2, // last
              ], }, { "sett": 1 }, ],
            }
            """
        #expect(
            WorkflowFixture.load(text).problems == [
                #"f.json:4:11 /steps/1/sett: error: unknown key "sett"; did you mean "set"?"#
            ]
        )
        let (workflow, problems) = WorkflowFixture.load(text.replacing("sett", with: "set"))
        #expect(problems.isEmpty)
        #expect(workflow?.title == "not // a comment,")
    }

    @Test(arguments: [("[1,,]", 4), ("[,]", 2), ("{,}", 2), ("[1 2]", 4)])
    func `a comma that stands for nothing is refused`(text: String, column: Int) {
        let problems = WorkflowFixture.load(text).problems
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("f.json:1:\(column): error:") == true, "\(problems)")
    }

    @Test func `blocks nest to eight levels and no deeper`() {
        func nested(_ depth: Int) -> String {
            depth == 1 ? #"{ "set": 1 }"# : #"{ "if": "= true", "do": [ \#(nested(depth - 1)) ] }"#
        }
        #expect(WorkflowFixture.problems(nested(8)).isEmpty)
        #expect(WorkflowFixture.problems(nested(9)).first?.contains("nested deeper than 8") == true)
    }

    @Test func `the input gets the defaults of its schema, and is held against it`() throws {
        let workflow = try #require(WorkflowFixture.load(WorkflowFixture.text(#"{ "set": 1 }"#)).workflow)
        #expect(try workflow.input(from: [:]) == ["days": 3])
        #expect(throws: WorkflowError.self) { try workflow.input(from: ["days": "many"]) }
    }

    @Test func `a prompt file is part of what pins a run`() throws {
        let text = WorkflowFixture.text(#"{ "ask": { "prompt": "file:prompts/p.md", "tools": [] } }"#)
        #expect(WorkflowFixture.load(text).problems.first?.contains("there is no file prompts/p.md") == true)
        let one = WorkflowFixture.load(text, prompts: ["prompts/p.md": "---\nname: p\n---\nBe brief."])
        let other = WorkflowFixture.load(text, prompts: ["prompts/p.md": "---\nname: p\n---\nBe long."])
        let workflow = try #require(one.workflow)
        #expect(workflow.sha256 != other.workflow?.sha256)
        let kept = try #require(WorkflowSource(json: workflow.source.json))
        #expect(kept == workflow.source)
        #expect(WorkflowLoader.load(kept, file: "f.json").workflow?.sha256 == workflow.sha256)
    }

    @Test func `without prompts the pin is the hash of the file`() throws {
        #expect(
            WorkflowSource(text: Array("abc".utf8)).sha256
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
    }

    @Test(arguments: ["prompts/../secrets.md", "/etc/passwd", "prompts/a/b.md", "prompts/.hidden.md"])
    func `a prompt lies in the folder of prompts`(path: String) {
        let problems = WorkflowFixture.problems(#"{ "ask": { "prompt": "file:\#(path)", "tools": [] } }"#)
        #expect(problems.first?.contains("must be file:prompts/NAME.md") == true)
    }

    @Test func `no text makes the loader stop short of an answer`() {
        let text = Array(
            WorkflowFixture.text(#"{ "id": "a", "set": { "b": ["{{ 1 }}", "= $x", null, 1.5e3] } }, { "return": 1 }"#)
                .utf8
        )
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<3000 {
            var bytes = text
            for _ in 0...Int.random(in: 0..<3, using: &generator) {
                let position = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: position)
                default: bytes.insert(Array("{}[],:\"=/\\".utf8).randomElement(using: &generator) ?? 0, at: position)
                }
            }
            let (workflow, diagnostics) = WorkflowLoader.load(WorkflowSource(text: bytes), file: "f.json")
            #expect((workflow == nil) == diagnostics.contains { $0.severity == .error })
        }
    }
}
