import Basics
import Glibc
import JSON
import Testing
import Tools
import Transcripts

@Suite struct TranscriptTests {
    private let header = TranscriptHeader(
        id: "run_1",
        started: Timestamp(milliseconds: 1_000),
        agent: "recruiter",
        model: "openai-chat:m"
    )

    private let entries: [(TranscriptEntry, Origin)] = [
        (.user(text: "who\nis it?"), .user),
        (.modelRequest(model: "m", sha256: "ab", bytes: 7), .workflow),
        (
            .modelReply(
                RecordedReply(
                    finish: "tool_calls",
                    items: [
                        .reasoning("hm"), .text("a"), .toolCall(id: "c", name: "f", arguments: #"{"x":1}"#),
                        .toolCall(id: "d", name: "f", arguments: #"{ "x":"#), .refusal("no"),
                    ]
                )
            ), .model
        ),
        (.toolCall(id: "c", tool: "f", arguments: ["x": 1]), .model),
        (.toolResult(id: "c", tool: "f", isError: false, seconds: 0.25, result: ["name": "Ada"]), .candidate),
        (.usage(input: 3, output: 4, isEstimate: true), .workflow), (.notice(text: "n"), .workflow),
        (.error(code: "c", message: "m"), .workflow), (.end(reason: "answered"), .workflow),
    ]

    private func temporaryPath() -> String { "/tmp/switchboard-\(Identifier.make("test")).jsonl" }

    private func content(_ path: String) throws -> [UInt8] {
        let file = FileDescriptor(owning: open(path, O_RDONLY | O_CLOEXEC))
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = bytes.withUnsafeMutableBytes { read(file.number, $0.baseAddress, $0.count) }
        return Array(bytes.prefix(max(0, count)))
    }

    @Test func `what is recorded is read back, and written again byte for byte`() throws {
        let path = temporaryPath()
        defer { unlink(path) }
        let clock = ManualClock(Timestamp(milliseconds: 2_000))
        let recorder = try TranscriptRecorder(path: path, header: header, clock: clock)
        for (entry, origin) in entries { recorder.record(entry, origin: origin) }
        let bytes = try content(path)
        let (transcript, diagnostics) = Transcript.read(bytes, file: "t.jsonl")
        let expected = entries.enumerated().map {
            TranscriptEvent(sequence: $0.offset, time: clock.now(), origin: $0.element.1, entry: $0.element.0)
        }
        #expect(transcript == Transcript(header: header, events: expected))
        #expect(diagnostics.isEmpty && recorder.failure == nil)
        #expect(transcript?.encoded() == bytes)
    }

    @Test func `the file is its owner's alone, and an old one is not written over`() throws {
        let path = temporaryPath()
        defer { unlink(path) }
        let recorder = try TranscriptRecorder(path: path, header: header)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(throws: TranscriptError.self) { try TranscriptRecorder(path: path, header: header) }
        #expect(recorder.failure == nil)
    }

    @Test func `a transcript that cannot be made says where`() {
        #expect { try TranscriptRecorder(path: "/no-such-folder/t.jsonl", header: header) } throws: {
            String(describing: $0).contains("/no-such-folder/t.jsonl")
        }
    }

    @Test func `a torn last line is a warning and the rest is kept`() throws {
        let events = [TranscriptEvent(sequence: 0, time: header.started, origin: .user, entry: .user(text: "hello"))]
        let whole = Transcript(header: header, events: events).encoded()
        let torn = whole + Array(whole.suffix(40).dropLast(5))
        let (transcript, diagnostics) = Transcript.read(torn, file: "t")
        #expect(transcript?.events == events)
        #expect(diagnostics.map(\.severity) == [.warning])
    }

    @Test func `every broken line is told with its number`() {
        let header = String(decoding: Transcript(header: header, events: []).encoded(), as: UTF8.self)
        let text =
            header
            + "{\"seq\":0}\nnot json\n{\"seq\":1,\"time\":\"2026-01-01\",\"origin\":\"user\",\"type\":\"dance\"}\n"
        let (_, diagnostics) = Transcript.read(Array(text.utf8), file: "t")
        #expect(diagnostics.map(\.line) == [2, 3, 4])
        #expect(Transcript.read(Array("{}\n".utf8), file: "t").transcript == nil)
        #expect(Transcript.read([], file: "t").diagnostics.count == 1)
    }

    @Test func `redaction leaves the course of the run and nothing of its content`() {
        let events = entries.enumerated().map {
            TranscriptEvent(sequence: $0.offset, time: header.started, origin: $0.element.1, entry: $0.element.0)
        }
        let redacted = TranscriptRedaction().apply(to: Transcript(header: header, events: events))
        let text = String(decoding: redacted.encoded(), as: UTF8.self)
        #expect(!text.contains("Ada") && !text.contains("is it?"))
        #expect(text.contains("answered") && text.contains("tool_result"))
    }

    @Test func `secrets are taken out wherever they stand, words may stay`() {
        let secret = "sk-123"
        let events: [TranscriptEntry] = [
            .user(text: "my key is sk-123"), .toolCall(id: "c", tool: "f", arguments: ["a": ["sk-123 x"]]),
            .error(code: "e", message: "bad sk-123"),
        ]
        let transcript = Transcript(
            header: header,
            events: events.enumerated().map {
                TranscriptEvent(sequence: $0.offset, time: header.started, origin: .user, entry: $0.element)
            }
        )
        let redacted = TranscriptRedaction(secrets: [Secret(secret)], keepsWords: true).apply(to: transcript)
        let text = String(decoding: redacted.encoded(), as: UTF8.self)
        #expect(!text.contains(secret) && text.contains("my key is"))
    }
}
