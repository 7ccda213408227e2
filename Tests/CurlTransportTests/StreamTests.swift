import Basics
import CurlTransport
import EventLoops
import HTTP
import TestSupport
import Testing

struct StreamTests {
    private var streaming: HTTPRequestOptions {
        var options = HTTPRequestOptions()
        options.streams = true
        return options
    }

    /// Sends chunks without end, counts them, and opens a gate when the client has gone.
    private func endless(_ sent: Counter, _ gone: Gate) -> RawServer {
        RawServer { connection in
            _ = connection.receiveMessage()
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 0x2E, count: 65536) + Array("\r\n".utf8)
            while connection.send(chunk) { sent.increment() }
            gone.open()
        }
    }

    /// Sends the head of a response, and opens a gate when the client has gone.
    private func silent(_ gone: Gate) -> RawServer {
        RawServer { connection in
            _ = connection.receiveMessage()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
            while connection.receive() != nil {}
            gone.open()
        }
    }

    @Test func `each chunk can be read as soon as it has come`() async throws {
        let read = Gate()
        let server = RawServer { connection in
            _ = connection.receiveMessage()
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
            // The rest waits for a word that only a reader of the beginning can give.
            read.wait()
            connection.send("1\r\nc\r\n0\r\n\r\n")
        }
        try await withTransport { transport, _ in
            let response = try await transport.send(HTTPRequest(url: server.url()), options: streaming)
            guard case .stream(let stream) = response.body else { throw HTTPError(.other, "no stream") }
            #expect(try await stream.next() == Array("ab".utf8))
            read.open()
            #expect(try await stream.next() == Array("c".utf8))
            #expect(try await stream.next() == nil)
        }
    }

    @Test func `a long stream arrives complete through pauses`() async throws {
        let size = 8 << 20
        let server = RawServer { connection in
            _ = connection.receiveMessage()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            connection.send((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 16) })
        }
        var configuration = CurlTransportConfiguration()
        configuration.streamBuffer = 32 << 10
        try await withTransport(configuration: configuration) { transport, _ in
            let response = try await transport.send(HTTPRequest(url: server.url()), options: streaming)
            guard case .stream(let stream) = response.body else { throw HTTPError(.other, "no stream") }
            var count = 0
            var isEqual = true
            while let chunk = try await stream.next() {
                for byte in chunk {
                    if byte != UInt8(truncatingIfNeeded: count &* 2_654_435_761 >> 16) { isEqual = false }
                    count += 1
                }
                await Task.yield()
            }
            #expect(isEqual)
            #expect(count == size)
        }
    }

    @Test func `a reader that does not read holds the sender back, and one that leaves stops it`() async throws {
        let (sent, gone) = (Counter(), Gate())
        let server = endless(sent, gone)
        try await withTransport { transport, loops in
            let response = try await transport.send(HTTPRequest(url: server.url()), options: streaming)
            guard case .stream(let stream) = response.body else { throw HTTPError(.other, "no stream") }
            for _ in 0..<20 { _ = try await stream.next() }
            // The loop goes round often enough for an unbounded buffer to swallow far more than the limit below.
            for _ in 0..<2000 { _ = try await loops.loops[0].submit {} }
            stream.cancel()
            await gone.pass()
            #expect(sent.value < 1000)
            await #expect(throws: HTTPError.self) { while try await stream.next() != nil {} }
        }
    }

    @Test func `a stream that is dropped closes its connection`() async throws {
        let gone = Gate()
        let server = silent(gone)
        try await withTransport { transport, _ in
            _ = try await transport.send(HTTPRequest(url: server.url()), options: streaming)
            await gone.pass()
        }
    }

    @Test func `cancelling a reader closes the connection`() async throws {
        let gone = Gate()
        let server = silent(gone)
        try await withTransport { transport, _ in
            let response = try await transport.send(HTTPRequest(url: server.url()), options: streaming)
            let task = Task { _ = try await response.body.collect(limit: .max) }
            task.cancel()
            await gone.pass()
            await #expect(throws: HTTPError.self) { try await task.value }
        }
    }

    @Test func `cancelling a request closes the connection`() async throws {
        let (arrived, gone) = (Gate(), Gate())
        let server = RawServer { connection in
            _ = connection.receiveMessage()
            arrived.open()
            while connection.receive() != nil {}
            gone.open()
        }
        try await withTransport { transport, _ in
            let request = try HTTPRequest(url: server.url())
            let task = Task { try await transport.send(request, options: HTTPRequestOptions()) }
            await arrived.pass()
            task.cancel()
            await gone.pass()
            let error = await #expect(throws: HTTPError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(error?.nothingSent == false)
        }
    }

    @Test func `a request that was cancelled before it started is not sent`() async throws {
        let server = RawServer { _ in }
        try await withTransport { transport, _ in
            let request = try HTTPRequest(url: server.url())
            let gate = Gate()
            let task = Task {
                await gate.pass()
                return try await transport.send(request, options: HTTPRequestOptions())
            }
            task.cancel()
            gate.open()
            let error = await #expect(throws: HTTPError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(error?.nothingSent == true)
            #expect(server.accepted.value == 0)
        }
    }

    @Test func `shutting down ends what is under way`() async throws {
        let gone = Gate()
        let server = silent(gone)
        try await withTransport { transport, _ in
            let response = try await transport.send(HTTPRequest(url: server.url()), options: streaming)
            await transport.shutDown()
            await gone.pass()
            await #expect(throws: HTTPError.self) { _ = try await response.body.collect(limit: .max) }
        }
    }
}
