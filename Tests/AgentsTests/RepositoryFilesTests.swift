import Agents
import Basics
import Glibc
import JSON
import Testing
import Transcripts

/// The agents, prompts and recordings that come with the repository.
@Suite struct RepositoryFilesTests {
    private static let root = String(#filePath.dropLast("Tests/AgentsTests/RepositoryFilesTests.swift".count))

    private static func content(_ path: String) throws -> [UInt8] {
        let number = open(root + path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw SystemError("open \(path)") }
        let file = FileDescriptor(owning: number)
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(file.number, $0.baseAddress, $0.count) }
            guard count > 0 else { return content }
            content += buffer[..<count]
        }
    }

    @Test func `the recruiter is well formed and has the meta-tools only`() {
        let (agent, diagnostics) = AgentLoader { try RepositoryFilesTests.content($0) }.load("recruiter")
        #expect(diagnostics.isEmpty)
        let names = ["search_tools", "get_tool_schemas", "manage_connections", "execute_tools", "read_result"]
        #expect(agent?.toolNames == names)
        #expect(agent?.optionalTools == ["run_workflow", "get_run"])
        #expect(agent?.toolkits == [])
        for heading in ["Background", "Role", "Time in pipeline", "Earlier feedback", "Questions worth asking"] {
            #expect(agent?.instructions.contains("**\(heading)**") == true)
        }
    }

    @Test(arguments: ["recruiter", "interview-briefing"])
    func `prompts are well formed`(_ name: String) throws {
        let file = "prompts/\(name).md"
        let (prompt, diagnostics) = Prompt.read(
            String(decoding: try RepositoryFilesTests.content(file), as: UTF8.self),
            file: file
        )
        #expect(prompt?.name == name && diagnostics.isEmpty)
    }

    @Test func `the recorded briefing says that nobody said it, and keeps to its form`() throws {
        let file = "transcripts/interview-briefing.jsonl"
        let (read, diagnostics) = Recording.read(try RepositoryFilesTests.content(file), file: file)
        #expect(diagnostics.isEmpty)
        let recording = try #require(read)
        #expect(recording.provenance == "Authored for the sandbox; not the words of a model.")
        #expect(recording.agent == "recruiter")
        guard case .reply(let last)? = recording.steps.last else {
            Issue.record("the recording does not end with an answer")
            return
        }
        let headings = last.text.split(separator: "\n").filter { $0.hasPrefix("## ") }.map { $0.dropFirst(3) }
        #expect(headings == ["Background", "Role", "Time in pipeline", "Earlier feedback", "Questions worth asking"])
        // Every fact has its source: no bullet and no question without an id.
        let claims = last.text.split(separator: "\n").filter { $0.hasPrefix("- ") || $0.first?.isNumber == true }
        for claim in claims {
            let hasSource = ["candidate ", "application ", "job ", "comment", "user "].contains { kind in
                claim.contains("(\(kind)") || claim.contains(", \(kind)")
            }
            #expect(hasSource, "\(claim)")
        }
    }

    @Test func `the recorded briefing runs the tools of the main job`() throws {
        let file = "transcripts/interview-briefing.jsonl"
        let recording = try #require(Recording.read(try RepositoryFilesTests.content(file), file: file).recording)
        var tools: [String] = []
        for case .reply(let reply) in recording.steps {
            for case .toolCall(_, "execute_tools", let arguments) in reply.items {
                tools += (try JSONParser.parse(arguments)["calls"]?.array ?? []).compactMap { $0["tool"]?.string }
            }
        }
        #expect(
            tools == [
                "list_all_pinpoint_candidates", "list_all_pinpoint_applications", "get_single_pinpoint_job_by_id",
                "list_all_pinpoint_comments", "list_all_pinpoint_comments",
            ]
        )
    }
}
