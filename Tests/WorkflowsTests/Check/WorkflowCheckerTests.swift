import Basics
import JSON
import Testing
import Tools
import Workflows

struct WorkflowCheckerTests {
    private struct Provider: ToolProvider {
        var tools: [ToolSpecification]

        func call(_ call: ToolCall) async -> ToolResult { .failure("none", "None.") }
    }

    private static func tool(
        _ name: String,
        _ effect: Effect,
        toolkit: String = "pinpoint",
        required: [String] = [],
        _ properties: JSONObject
    ) -> ToolSpecification {
        ToolSpecification(
            name: name,
            title: name,
            description: name,
            toolkit: toolkit,
            effect: effect,
            inputSchema: [
                "type": "object", "additionalProperties": false, "properties": .object(properties),
                "required": .array(required.map { .string($0) }),
            ]
        )
    }

    private static let catalog = ToolCatalog([
        Provider(tools: [
            tool(
                "list_jobs",
                .read,
                [
                    "status": ["type": "string", "enum": ["open", "closed"]],
                    "ids": ["type": "array", "items": ["type": "string"]],
                    "limit": ["type": "integer"], "next_cursor": ["type": "string"],
                ]
            ),
            tool("get_job", .read, required: ["id"], ["id": ["type": "string"]]),
            tool("create_comment", .create, required: ["text"], ["text": ["type": "string"]]),
            tool("delete_job", .destroy, required: ["id"], ["id": ["type": "string"]]),
            tool("send_email", .send, toolkit: "mail", ["to": ["type": "array"]]),
        ])
    ])

    private func problems(_ steps: String, members: String = "", writes: String = "5") throws -> [String] {
        let (workflow, problems) = WorkflowFixture.load(WorkflowFixture.text(steps, members: members, writes: writes))
        let checker = WorkflowChecker(
            catalog: WorkflowCheckerTests.catalog,
            workflow: { name in name == "other" ? WorkflowFixture.load(WorkflowCheckerTests.other).workflow : nil },
            scheduleProblems: { schedule in schedule.timezone == "Mars/Base" ? ["there is no time zone Mars/Base"] : []
            }
        )
        guard let workflow else { throw WorkflowFixture.FixtureError(problems: problems) }
        return checker.check(workflow).map(\.description)
    }

    private static let other = """
        { "workflow": "other", "version": 2, "title": "Other", "limits": { "writes": 3 },
          "input": { "type": "object", "required": ["who"], "additionalProperties": false,
                     "properties": { "who": { "type": "string" } } },
          "steps": [ { "return": 1 } ] }
        """

    @Test func `a file that is right has no findings`() throws {
        let steps = #"""
            { "id": "jobs", "call": "list_jobs", "on": "ats", "with": { "status": "open", "ids": ["= $input.days", "b"] }, "all": { "max": 9 } },
            { "id": "loop", "forEach": "= $jobs", "as": "job", "key": "= $job.id", "maxItems": 9, "do": [
                { "id": "one", "call": "get_job", "on": "ats", "with": { "id": "= $job.id" } },
                { "call": "create_comment", "on": "ats", "with": { "text": "{{ $one.title }} {{ $index }}" }, "once": "= 'k' & $job.id" },
                { "return": "= $one" } ] },
            { "return": "= $count($loop.succeeded) & $run.id" }
            """#
        #expect(try problems(steps) == [])
    }

    @Test(arguments: [
        (
            #"{ "call": "list_job", "on": "ats" }"#,
            #"f.json:5:23 /steps/0/call: error: there is no tool "list_job"; did you mean list_jobs?"#
        ),
        (
            #"{ "call": "list_jobs", "on": "asts" }"#,
            #"f.json:5:42 /steps/0/on: error: there is no connection "asts"; the file has: ats"#
        ),
        (
            #"{ "call": "send_email", "on": "ats" }"#,
            #"f.json:5:43 /steps/0/on: error: send_email belongs to mail, and "ats" leads to pinpoint"#
        ),
        (
            #"{ "call": "list_jobs", "on": "ats", "with": { "stauts": "open" } }"#,
            #"f.json:5:59 /steps/0/with/stauts: error: list_jobs has no argument "stauts"; did you mean "status"?"#
        ),
        (
            #"{ "call": "list_jobs", "on": "ats", "with": { "status": "opened" } }"#,
            #"f.json:5:69 /steps/0/with/status: error: list_jobs: status must be one of "open", "closed", not "opened""#
        ),
        (
            #"{ "call": "list_jobs", "on": "ats", "with": { "ids": "a {{ 1 }}" } }"#,
            #"f.json:5:66 /steps/0/with/ids: error: list_jobs: ids must be an array, not text"#
        ),
        (
            #"{ "call": "get_job", "on": "ats" }"#,
            #"f.json:5:13 /steps/0: error: get_job needs the argument "id""#
        ),
        (
            #"{ "call": "get_job", "on": "ats", "with": { "id": "1" }, "all": { "max": 3 } }"#,
            #"f.json:5:77 /steps/0/all: error: get_job has no pages; leave "all" out, the list is in "items" of the result"#
        ),
        (
            #"{ "call": "list_jobs", "on": "ats", "with": { "limit": 5 }, "all": { "max": 3 } }"#,
            #"f.json:5:59 /steps/0/with/limit: error: "all" turns the pages itself"#
        ),
        (
            #"{ "set": "= $a" }, { "id": "a", "set": 1 }"#,
            #"f.json:5:25 /steps/0/set: error: $a is set in steps/1, which has not run here or is not seen from here"#
        ),
        (
            #"{ "if": "= true", "do": [ { "id": "a", "set": 1 } ] }, { "set": "= $a" }"#,
            #"f.json:5:80 /steps/1/set: error: $a is set in steps/0/do/0, which has not run here or is not seen from here"#
        ),
        (
            #"{ "id": "found", "set": 1 }, { "set": "x {{ $fuond }}" }"#,
            #"f.json:5:57 /steps/1/set: error: Nothing binds $fuond; did you mean $found?"#
        ),
        (
            #"{ "set": "= $uppercas('x')" }"#,
            #"f.json:5:25 /steps/0/set: error: There is no function $uppercas; did you mean $uppercase?"#
        ),
        (
            #"{ "set": "= $random()" }"#,
            "f.json:5:25 /steps/0/set: error: $random() is not allowed here: it gives something else each time, or runs text as an expression"
        ),
        (
            #"{ "set": "= $run.startdAt" }"#,
            "f.json:5:30 /steps/0/set: error: $run has no startdAt; did you mean startedAt?"
        ),
        (
            #"{ "id": "a", "set": 1 }, { "id": "a", "set": 2 }"#,
            #"f.json:5:46 /steps/1/id: error: steps/0 has the name "a" already, and it is in sight here"#
        ),
        (
            #"{ "forEach": "= [1]", "as": "x", "key": "= 'same'", "maxItems": 1, "do": [ { "set": 1 } ] }"#,
            "f.json:5:56 /steps/0/key: error: the key must tell items apart, and this one does not use $x"
        ),
        (
            #"{ "return": 1 }, { "set": 2 }"#,
            "f.json:5:30 /steps/1: warning: this never runs: steps/0 always ends what is here"
        ),
        (
            #"{ "call": "delete_job", "on": "ats", "with": { "id": "1" } }"#,
            "f.json:5:23 /steps/0/call: warning: delete_job cannot be undone, and no person approves it before"
        ),
        (
            #"{ "call": "get_job", "on": "ats", "with": { "id": "1" }, "once": "= 1" }"#,
            #"f.json:5:78 /steps/0/once: warning: get_job only reads; "once" is for writes"#
        ),
        (
            #"{ "approve": { "title": "t", "from": ["role:boss"], "expires": "P1D", "onExpire": "fail" } }"#,
            "f.json:5:51 /steps/0/approve/from/0: error: nobody has the role boss; there are: member, recruiting_lead, administrator"
        ),
        (
            #"{ "run": { "workflow": "sample", "input": {} } }"#,
            "f.json:5:36 /steps/0/run/workflow: error: a workflow cannot run itself"
        ),
        (
            #"{ "run": { "workflow": "nothing", "input": {} } }"#,
            #"f.json:5:36 /steps/0/run/workflow: error: there is no workflow "nothing""#
        ),
        (
            #"{ "run": { "workflow": "other", "version": 1, "input": { "who": "= 1" } } }"#,
            "f.json:5:56 /steps/0/run/version: error: other is at version 2, not 1"
        ),
        (
            #"{ "run": { "workflow": "other", "input": { "whom": "= 1", "who": "= 2" } } }"#,
            "f.json:5:54 /steps/0/run/input: error: the input of other is not right: whom is not a known name; did you mean who?"
        ),
    ])
    func `a mistake is told where it is`(steps: String, problem: String) throws {
        #expect(try problems(steps) == [problem])
    }

    @Test func `a read-only workflow may not write, ask with writing tools, or run one that writes`() throws {
        let steps = #"""
            { "call": "create_comment", "on": "ats", "with": { "text": "x" } },
            { "ask": { "prompt": "x", "tools": ["create_comment"] } },
            { "run": { "workflow": "other", "input": { "who": "x" } } }
            """#
        let found = try problems(steps, writes: "0")
        #expect(found.count == 3)
        #expect(found.allSatisfy { $0.contains("limits.writes is 0") })
        #expect(try problems(steps, writes: "3") == [])
    }

    @Test func `a run that always writes more than the limit is refused`() throws {
        let write = #"{ "call": "create_comment", "on": "ats", "with": { "text": "x" } }"#
        #expect(try problems("\(write), \(write)", writes: "1").count == 1)
        #expect(try problems("\(write), \(write)", writes: "2") == [])
    }

    @Test func `no model is asked where privacy forbids it`() throws {
        let ask = #"{ "ask": { "prompt": "x", "tools": [] } }"#
        #expect(try problems(ask, members: #""privacy": { "models": "none" },"#).count == 1)
        #expect(try problems(ask, members: #""privacy": { "models": "local" },"#) == [])
    }

    @Test func `an approval before it allows what cannot be undone`() throws {
        let approval =
            #"{ "approve": { "title": "Sure?", "from": ["role:recruiting-lead"], "expires": "P1D", "onExpire": "fail" } }"#
        #expect(try problems(approval + #", { "call": "delete_job", "on": "ats", "with": { "id": "1" } }"#) == [])
    }

    @Test func `what one branch sets the others do not see`() throws {
        let found = try problems(
            #"{ "id": "p", "parallel": { "a": [ { "id": "x", "set": 1 }, { "return": "= $x" } ], "b": [ { "return": "= $x" } ] } }, { "set": "= $p.a + $p.c" }"#
        )
        #expect(found.count == 2)
        #expect(found[0].contains("$x is set in steps/0/a/0"))
        #expect(found[1].contains("$p has no c"))
    }

    @Test func `schedules are held against the clock and the input`() throws {
        func schedule(_ zone: String, _ input: String) -> String {
            #""schedules": [ { "cron": "0 8 * * MON", "timezone": "\#(zone)", "catchUp": "none", "overlap": "skip", "input": \#(input) } ],"#
        }
        #expect(try problems(#"{ "set": 1 }"#, members: schedule("Europe/London", "{}")) == [])
        #expect(try problems(#"{ "set": 1 }"#, members: schedule("Mars/Base", "{}")).count == 1)
        #expect(try problems(#"{ "set": 1 }"#, members: schedule("UTC", #"{ "days": "x" }"#)).count == 1)
    }

    @Test func `the outline and the diagram name every step`() throws {
        let steps = #"""
            { "id": "jobs", "call": "list_jobs", "on": "ats", "all": { "max": 9 } },
            { "if": "= $count($jobs) = 0", "return": "none" },
            { "forEach": "= $jobs", "as": "job", "key": "= $job.id", "maxItems": 9, "do": [
                { "call": "create_comment", "on": "ats", "with": { "text": "say \"{{ $job.title }}\" <b>" } } ] }
            """#
        let workflow = try #require(WorkflowFixture.load(WorkflowFixture.text(steps)).workflow)
        let outline = WorkflowOutline(workflow, catalog: WorkflowCheckerTests.catalog).text
        #expect(
            outline == """
                Sample (sample, version 1)

                Input: days (optional = 3)
                Works in: ats (pinpoint)
                Limits: at most 5 writes

                1. jobs: Read every page with list_jobs in ats.
                2. If $count($jobs) = 0: End with none
                3. For each job of $jobs (at most 9):
                   3.1. WRITE (create) with create_comment in ats, text: say "{$job.title}" <b>.

                """
        )
        let diagram = WorkflowDiagram(workflow, catalog: WorkflowCheckerTests.catalog).mermaid
        #expect(
            diagram == """
                flowchart TD
                  start(["Sample"])
                  steps_0["jobs: Read every page with list_jobs in ats."]
                  start --> steps_0
                  steps_1_if{"$count($jobs) = 0"}
                  steps_0 --> steps_1_if
                  steps_1(["End with none"])
                  steps_1_if -->|yes| steps_1
                  steps_2[/"for each job of $jobs"/]
                  steps_1_if -->|no| steps_2
                  subgraph steps_2_items ["each job"]
                  steps_2_do_0["WRITE (create) with create_comment in ats, text: say #quot;{$job.title}#quot; #lt;b#gt;."]
                  steps_2 -->|item| steps_2_do_0
                  class steps_2_do_0 write
                  end
                  finish(["end"])
                  steps_2 -->|all done| finish
                  classDef write stroke:#b00,stroke-width:3px

                """
        )
    }
}
