import Basics
import Dispatch
import Glibc

extension MCPStdioServer {
    /// Serves on this process's standard input and output until the input ends.
    ///
    /// Input is read on a thread of its own, since reading a pipe blocks. Nothing else may write to standard output.
    ///
    /// - Parameter maximumLine: Bytes of one message.
    /// - Throws: ``SystemError`` when standard input cannot be read.
    package func runOnStandardStreams(maximumLine: Int = 4 << 20) async throws {
        let lines = BoundedChannel<[UInt8]>(capacity: 64)
        Thread.start(name: "mcp-stdin") { MCPStdioServer.readInput(into: lines, maximumLine: maximumLine) }
        try await run(read: { try await lines.receive() }, write: MCPStdioServer.writeOutput)
    }

    private static func readInput(into lines: BoundedChannel<[UInt8]>, maximumLine: Int) {
        let sent = DispatchSemaphore(value: 0)
        // The thread waits while the channel is full, and so does the client that writes into the pipe.
        func send(_ line: [UInt8]) {
            Task {
                _ = await lines.send(line)
                sent.signal()
            }
            sent.wait()
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var splitter = LineSplitter(limit: maximumLine)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                if let line = splitter.last() { send(line) }
                lines.finish(throwing: count < 0 ? SystemError("read standard input") : nil)
                return
            }
            for line in splitter.lines(in: buffer[..<count]) { send(line) }
        }
    }

    private static func writeOutput(_ line: [UInt8]) {
        var rest = (line + [0x0A])[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            // A client that has gone reads nothing more; the end of its input ends the session.
            if written <= 0 { return }
            rest = rest.dropFirst(written)
        }
    }
}
