import ATSSandbox
import Basics
import Commands
import Gateway
import JSON
import Testing

@Suite struct ToolCommandTests {
    @Test func `a candidate is found by name on the sandbox`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let output = await program.run("tools call list_all_pinpoint_candidates --sandbox", "search=Sarah Jenkins")
        #expect(output.status == .done && output.err == "")
        let result = try JSONParser.parse(output.out)
        #expect(result["items"]?[0]?["id"] == "98765")
        #expect(result["items"]?[0]?["full_name"] == "Sarah Jenkins")
    }

    @Test func `an unknown tool is answered with the nearest names`() async {
        let program = ProgramRun()
        defer { program.remove() }
        let output = await program.run("tools call list_all_pinpoint_candidate --sandbox")
        #expect(output.status == .failed && output.out == "")
        #expect(output.err.contains("Did you mean list_all_pinpoint_candidates, "))
    }

    @Test func `a wrong argument is named with what was expected, and nothing is sent`() async {
        let program = ProgramRun()
        defer { program.remove() }
        let output = await program.run("tools call get_single_pinpoint_job_by_id --sandbox idd=4321")
        #expect(output.status == .failed)
        #expect(output.err.contains("nothing was sent") && output.err.contains("idd"))
    }

    @Test func `a missing connection says how to add one and ends with 3`() async {
        let program = ProgramRun()
        defer { program.remove() }
        let output = await program.run("tools call list_all_ashby_jobs")
        #expect(output.status == .needsPerson)
        #expect(output.err.contains("switchboard connections add ashby"))
    }

    @Test func `a network failure does not show the key`() async {
        var program = ProgramRun()
        defer { program.remove() }
        program.variables["PINPOINT_API_KEY"] = "wrong"
        program.variables["PINPOINT_SUBDOMAIN"] = "acme"
        // Nothing listens there: the connection of the environment is complete, and the failure is the network's.
        program.variables["PINPOINT_BASE_URL"] = "http://127.0.0.1:1"
        let output = await program.run("tools call list_all_pinpoint_jobs limit=1")
        #expect(output.status == .failed)
        #expect(!output.err.contains("wrong"), "a key must not be shown")
    }

    @Test func `a key that the vendor refuses ends with 3`() async throws {
        var program = ProgramRun()
        defer { program.remove() }
        let application = try await Application.open(try program.configuration(isSandbox: true))
        let pinpoint = try #require(application.sandbox?.served.first { $0.system.toolkit == "pinpoint" })
        program.variables["PINPOINT_API_KEY"] = "wrong-key"
        program.variables["PINPOINT_SUBDOMAIN"] = "acme"
        program.variables["PINPOINT_BASE_URL"] = pinpoint.baseURL
        let output = await program.run("tools call list_all_pinpoint_jobs limit=1")
        #expect(output.status == .needsPerson)
        #expect(output.err.contains("pinpoint") && !output.err.contains("wrong-key"))
        await application.close()
    }

    @Test func `the sandbox does not call real systems, whatever is connected to it`() async {
        var program = ProgramRun()
        defer { program.remove() }
        program.variables["KEY"] = "secret"
        let added = await program.run(
            "connections add pinpoint --sandbox --field subdomain=acme --api-key-env KEY --no-test"
        )
        #expect(added.status == .done)
        let output = await program.run("tools call list_all_pinpoint_jobs --sandbox limit=1")
        #expect(output.status == .failed && output.err.contains("simulated systems only"))
    }

    @Test func `many queries are answered one a line, in order`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let lines = """
            {"query": "list the jobs", "toolkit": "pinpoint"}
            {"query": "bake a chocolate cake"}
            """
        let file = try program.write(lines, to: "queries.jsonl")
        let output = await program.run("tools search --sandbox --queries \(file)")
        #expect(output.status == .done)
        let answers = try output.out.split(separator: "\n").map { try JSONParser.parse(String($0)) }
        #expect(answers.count == 2)
        #expect(answers[0]["results"]?[0]?["name"] == "list_all_pinpoint_jobs")
        #expect(answers[0]["toolkit"] == "pinpoint")
        #expect(answers[1]["abstained"] == true && answers[1]["results"] == [])
    }

    @Test func `a tool is shown with every argument`() async {
        let program = ProgramRun()
        defer { program.remove() }
        let output = await program.run("tools show create_a_pinpoint_comment")
        #expect(output.status == .done)
        for word in ["commentable_id", "commentable_type", "body_text", "effect create"] {
            #expect(output.out.contains(word), "it lacks \(word)")
        }
    }
}

@Suite struct ExpressionCommandTests {
    @Test func `a result is projected before it is printed`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let output = await program.run(
            "tools call list_all_pinpoint_candidates --sandbox",
            "search=Sarah Jenkins",
            "--select",
            "items[id = '98765'].{'name': full_name}"
        )
        #expect(output.status == .done)
        #expect(try JSONParser.parse(output.out) == ["name": "Sarah Jenkins"])
    }

    @Test func `an expression is checked with line and column`() async {
        let program = ProgramRun()
        defer { program.remove() }
        let output = await program.run("expressions check", "$uppercas(title)")
        #expect(output.status == .failed)
        #expect(output.out == "1:1: error: There is no function $uppercas; did you mean $uppercase?\n")
    }

    @Test func `an expression is tried with the value of each part`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let file = try program.write("{\"items\": [{\"a\": 1}, {\"a\": 5}]}", to: "data.json")
        let output = await program.run("expressions try --data \(file)", "$sum(items.a) * 2")
        #expect(output.status == .done && output.out.hasSuffix("\n12\n"))
        #expect(output.out.contains("$sum(items.a)      6"))
    }
}
