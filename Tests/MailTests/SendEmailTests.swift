import Basics
import JSON
import Mail
import Testing
import Tools

struct SendEmailTests {
    private final class Post: MailTransport {
        let sent = Locked<[MailEnvelope]>([])
        let failure: MailError?

        init(_ failure: MailError? = nil) {
            self.failure = failure
        }

        func send(_ envelope: MailEnvelope) async throws(MailError) -> String? {
            if let failure { throw failure }
            sent.withLock { $0.append(envelope) }
            return nil
        }
    }

    private struct Noon: WallClock {
        func now() -> Timestamp { Timestamp(milliseconds: 1_795_253_400_000) }
    }

    private func tool(_ post: Post) throws -> SendEmail {
        SendEmail(
            SendEmail.Service(
                transport: post,
                sender: try MailAddress("jobs@larkfield.example"),
                connection: "mail",
                clock: Noon()
            )
        )
    }

    private func call(_ arguments: JSONObject) -> ToolCall {
        ToolCall(tool: SendEmail.name, arguments: arguments, user: "u", origin: .user)
    }

    private let usual: JSONObject = ["to": ["ada@larkfield.example"], "subject": "Hi", "markdown": "*Hello*"]

    @Test func `without a server it is not offered, and a call says what to set`() async {
        let tool = SendEmail(nil)
        #expect(tool.tools.map(\.isDormant) == [true])
        let result = await tool.call(call(usual))
        #expect(result.problem == CallProblem(code: "not_configured"))
        #expect(result.displayText.contains("SWITCHBOARD_SMTP_URL"))
        guard case .refused = await tool.prepare(call(usual)) else {
            Issue.record("it was not refused")
            return
        }
    }

    @Test func `it says what was accepted, and under one mark a message has one id`() async throws {
        let post = Post()
        let tool = try tool(post)
        #expect(tool.tools.map(\.isDormant) == [false])
        let marked = tool.marked(call(usual), with: "(ref 7f3a9c2e10)")
        let first = await tool.call(marked)
        let second = await tool.call(marked)
        #expect(first == second)
        let object = try #require(JSONParser.parse(first.payload).object)
        let id = try #require(object["id"]?.string)
        #expect(id.hasPrefix("7f3a9c2e10.") && id.hasSuffix("@larkfield.example"))
        #expect(object["accepted"] == ["ada@larkfield.example"])
        let sent = post.sent.withLock { $0 }
        #expect(sent.count == 2 && sent[0] == sent[1])
        #expect(String(decoding: sent[0].message, as: UTF8.self).contains("Message-ID: <\(id)>\r\n"))
        #expect(await tool.call(call(usual)) != tool.call(call(usual)))
    }

    @Test(
        arguments: [
            ["subject": "Hi", "text": "x"], ["to": ["ada"], "subject": "Hi", "text": "x"],
            ["to": ["a@x.example"], "subject": "Hi"],
            ["to": ["a@x.example"], "subject": "Hi", "text": "x", "markdown": "y"],
            ["to": ["a@x.example"], "subject": "Hi\r\nBcc: b@x.example", "text": "x"],
            ["to": ["a@x.example"], "subject": "Hi", "text": "x", "from": "boss@x.example"],
            ["to": ["a@x.example"], "subject": "Hi", "text": "x", "(mark)": "(ref 7f3a9c2e10)"],
            ["to": ["a@x.example"], "subject": "Hi", "text": "x", "reply_to": "a@x.example\r\nBcc: b@x.example"],
        ] as [JSONObject]
    )
    func `what cannot be sent is refused before the ledger writes it down`(arguments: JSONObject) async throws {
        let post = Post()
        guard case .refused(let result) = try await tool(post).prepare(call(arguments)) else {
            Issue.record("it was not refused")
            return
        }
        #expect(result.problem == CallProblem(code: "invalid_arguments"))
        #expect(post.sent.withLock { $0 }.isEmpty)
    }

    @Test(arguments: CallProblem.Outcome.allCases)
    func `a failure keeps what is known of its outcome`(outcome: CallProblem.Outcome) async throws {
        let result = try await tool(Post(MailError(.unreachable, "Gone.", outcome: outcome))).call(call(usual))
        #expect(result.problem == CallProblem(code: "mail_unreachable", outcome: outcome))
    }
}
