import Commands
import Testing

@Suite struct AskCommandTests {
    @Test func `what a model writes cannot drive the terminal`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let recording = #"""
            {"type":"recording","format":"switchboard-recording","version":1,"name":"made-up","title":"A tool that is none",
            "agent":"recruiter","provenance":"Authored.","now":"2026-11-20T09:00:00.000Z"}
            {"type":"user","text":"hello"}
            {"type":"reply","finish":"tool_calls","items":[
            {"type":"tool_call","id":"call_1","name":"made\u001b[2Jup","arguments":{}}]}
            {"type":"result","call":"call_1","tool":"made\u001b[2Jup","arguments":{},"mentions":[]}
            {"type":"reply","finish":"stop","items":[{"type":"text","text":"done"}]}
            """#
        let lines = recording.replacing(",\n", with: ",").replacing("[\n", with: "[")
        let file = try program.write(lines, to: "made-up.jsonl")
        let output = await program.run("ask hello --sandbox --model replay:\(file)")
        #expect(output.err.contains("✗ made\u{FFFD}[2Jup"))
        #expect(!(output.out + output.err).unicodeScalars.contains("\u{1B}"))
    }

    @Test func `the recruiter runs a workflow when asked to, as the recording has it`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let words = "Run the briefing for Sarah Jenkins, Product Manager in Pinpoint, as the workflow."
        let file = ProgramRun.home + "/transcripts/workflow-briefing.jsonl"
        let output = await program.run(all: ["ask", words, "--sandbox", "--model", "replay:" + file])
        #expect(output.status == .done, "\(output.err)")
        #expect(output.out.contains("The workflow interview-briefing has ended and changed nothing."))
        #expect(output.err.contains("run_workflow") && !output.err.contains("not on offer"))
        let runs = await program.run("runs list --sandbox --json")
        #expect(runs.out.contains(#""workflow": "interview-briefing""#) && runs.out.contains(#""trigger": "chat""#))
    }
}
