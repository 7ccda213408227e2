import Basics
import CLinux
import Glibc

/// Reads lines from a person without blocking anything but a thread of its own.
final class LineEditor: Sendable {
    /// What came from the person.
    enum Input: Sendable, Equatable {
        case line(String)
        /// Ctrl-C at the prompt.
        case interrupted
        /// Ctrl-D, or the end of a file.
        case end
    }

    private let waiting = Locked<CheckedContinuation<Input, Never>?>(nil)
    private let wanted: FileDescriptor
    private let wake: FileDescriptor

    /// Starts the editor's thread; nothing is read before ``next()`` asks for it.
    ///
    /// - Parameters:
    ///   - prompt: What stands before the cursor.
    ///   - interactive: Whether standard input is a terminal.
    init(prompt: String, interactive: Bool) {
        wanted = FileDescriptor(owning: eventfd(0, Int32(EFD_CLOEXEC)))
        wake = FileDescriptor(owning: eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)))
        let (wantedNumber, wakeNumber) = (wanted.number, wake.number)
        Thread.start(name: "line-editor", stackSize: 1 << 20) { [self] in
            let source = interactive ? EditedLines(prompt: prompt, wake: wakeNumber) : nil
            var count: UInt64 = 0
            while read(wantedNumber, &count, 8) == 8 {
                let input = source?.next() ?? Self.plainLine()
                waiting.withLock { $0.take() }?.resume(returning: input)
            }
        }
    }

    /// The next line, without its newline.
    func next() async -> Input {
        await withCheckedContinuation { continuation in
            waiting.withLock { $0 = continuation }
            var one: UInt64 = 1
            _ = write(wanted.number, &one, 8)
        }
    }

    /// Makes a read that is waiting end with ``Input/interrupted``.
    func interrupt() {
        var one: UInt64 = 1
        _ = write(wake.number, &one, 8)
    }

    private static func plainLine() -> Input {
        guard let line = readLine(strippingNewline: true) else { return .end }
        return .line(line)
    }
}
