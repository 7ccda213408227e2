import Basics
import CurlTransport
import TestSupport
import Testing

struct SMTPTests {
    private static let greeting = "220 mail.test ready\r\n"
    private static let message = "Subject: x\r\n\r\nHello\r\n.dot\r\n"

    /// A server that answers commands by their first word, and closes where it has no answer.
    private func server(_ replies: [String: String], afterMessage: String? = "250 taken\r\n") -> (RawServer, Counter) {
        let complete = Counter()
        let server = RawServer { connection in
            connection.send(SMTPTests.greeting)
            while true {
                let line = connection.receive(until: "\r\n")
                let verb = String(line.prefix(4))
                let usual = [
                    "EHLO": "250-mail.test\r\n250 SIZE 1000000\r\n", "MAIL": "250 ok\r\n", "RCPT": "250 ok\r\n",
                    "DATA": "354 go on\r\n", "QUIT": "221 bye\r\n",
                ]
                guard let reply = replies[verb] ?? usual[verb], !reply.isEmpty else { return }
                connection.send(reply)
                if verb == "DATA", reply.hasPrefix("354") {
                    let sent = connection.receive(until: "\r\n.\r\n")
                    if sent.hasSuffix("\r\n..dot\r\n.\r\n") { complete.increment() }
                    guard let afterMessage else { return }
                    connection.send(afterMessage)
                }
            }
        }
        return (server, complete)
    }

    private func send(
        _ port: Int,
        requiresTLS: Bool = false,
        to recipients: [String] = ["a@x.test", "b@x.test"],
        change: (inout SMTPServer) -> Void = { _ in }
    ) async throws -> SMTPFailure? {
        var settings = SMTPServer(url: "smtp://127.0.0.1:\(port)", requiresTLS: requiresTLS)
        change(&settings)
        let transport = try SMTPTransport(server: settings)
        var failure: SMTPFailure?
        do throws(SMTPFailure) {
            try await transport.send(
                sender: "me@x.test",
                recipients: recipients,
                message: Array(SMTPTests.message.utf8)
            )
        } catch {
            failure = error
        }
        await transport.shutDown()
        return failure
    }

    @Test func `a message that the server takes is sent, its dots escaped`() async throws {
        let (server, complete) = server([:])
        #expect(try await send(server.port) == nil)
        #expect(complete.value == 1)
    }

    @Test func `a good-bye that fails changes nothing`() async throws {
        let (server, _) = server(["QUIT": ""])
        #expect(try await send(server.port) == nil)
    }

    @Test(arguments: [("MAIL", 451), ("RCPT", 550), ("DATA", 554)])
    func `a refusal before the message is a refusal`(verb: String, code: Int) async throws {
        let (server, complete) = server([verb: "\(code) no such thing\r\n"])
        let failure = try await send(server.port)
        #expect(failure == SMTPFailure(.refused, reply: code, "no such thing"))
        #expect(complete.value == 0)
    }

    @Test(arguments: [452, 554]) func `a refusal of the message is a refusal`(code: Int) async throws {
        let (server, complete) = server([:], afterMessage: "\(code)-no\r\n\(code) spam\r\n")
        #expect(try await send(server.port) == SMTPFailure(.refused, reply: code, "spam"))
        #expect(complete.value == 1)
    }

    @Test func `silence after the message leaves open what became of it`() async throws {
        let (server, complete) = server([:], afterMessage: nil)
        #expect(try await send(server.port)?.kind == .unanswered)
        #expect(complete.value == 1)
        let gate = Gate()
        let silent = RawServer { connection in
            connection.send(SMTPTests.greeting)
            for reply in ["250 mail.test\r\n", "250 ok\r\n", "250 ok\r\n", "354 go on\r\n"] {
                _ = connection.receive(until: "\r\n")
                connection.send(reply)
            }
            _ = connection.receiveAll()
            gate.open()
        }
        let failure = try await send(silent.port, to: ["a@x.test"]) { $0.replyTimeout = 1 }
        #expect(failure?.kind == .unanswered)
        await gate.pass()
    }

    @Test(arguments: ["EHLO", "MAIL", "RCPT", "DATA"])
    func `a connection that ends before the message has sent nothing`(verb: String) async throws {
        let (server, _) = server([verb: "", "HELO": ""])
        #expect(try await send(server.port)?.kind == .unreachable)
    }

    @Test func `where nobody listens nothing is sent`() async throws {
        let port: Int
        do {
            let closed = RawServer { _ in }
            port = closed.port
        }
        #expect(try await send(port) { $0.connectTimeout = 5 }?.kind == .unreachable)
    }

    @Test func `without encryption nothing is sent where it is required`() async throws {
        let (server, complete) = server([:])
        let failure = try await send(server.port, requiresTLS: true) {
            $0.user = "me"
            $0.password = Secret("secret")
        }
        #expect(failure?.kind == .insecure)
        #expect(complete.value == 0)
    }

    @Test func `a refused password is told without what the server says`() async throws {
        let (server, _) = server([
            "EHLO": "250-mail.test\r\n250 AUTH PLAIN\r\n", "AUTH": "535 AG1lAHNlY3JldA==\r\n",
        ])
        let failure = try await send(server.port) {
            $0.user = "me"
            $0.password = Secret("secret")
        }
        #expect(failure == SMTPFailure(.signIn, reply: 535, "the server does not accept the user and password"))
    }

    @Test(arguments: ["a@x.test>\r\nRCPT TO:<b@x.test", "a b@x.test", "", "a@x.test\n"])
    func `what would become a command of its own is not sent`(address: String) async throws {
        let (server, _) = server([:])
        #expect(try await send(server.port, to: [address])?.kind == .refused)
        #expect(server.accepted.value == 0)
    }

    @Test func `a message that is given up while the server thinks has an open outcome`() async throws {
        let got = Gate()
        let server = RawServer { connection in
            connection.send(SMTPTests.greeting)
            for reply in ["250 mail.test\r\n", "250 ok\r\n", "250 ok\r\n", "354 go on\r\n"] {
                _ = connection.receive(until: "\r\n")
                connection.send(reply)
            }
            _ = connection.receive(until: "\r\n.\r\n")
            got.open()
            _ = connection.receiveAll()
        }
        let transport = try SMTPTransport(
            server: SMTPServer(url: "smtp://127.0.0.1:\(server.port)", requiresTLS: false)
        )
        let task = Task {
            try await transport.send(
                sender: "m@x.test",
                recipients: ["a@x.test"],
                message: Array(SMTPTests.message.utf8)
            )
        }
        await got.pass()
        task.cancel()
        let failure = await #expect(throws: SMTPFailure.self) { try await task.value }
        #expect(failure?.kind == .unanswered)
        await transport.shutDown()
    }
}
