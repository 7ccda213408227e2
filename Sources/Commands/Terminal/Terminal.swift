import Basics
import Glibc

/// Where the program writes for people, and what that place can do.
package struct Terminal: Sendable {
    /// Whether standard output is a terminal.
    var isInteractive: Bool
    /// Whether a person can be asked: standard input and output are both terminals.
    var canAsk: Bool
    /// Whether colours may be used: on a terminal, unless `NO_COLOR` is set (https://no-color.org).
    var hasColor: Bool
    /// Columns of the terminal, 80 where that is unknown.
    var width: Int
    private let writer: @Sendable (String) -> Void
    private let errorWriter: @Sendable (String) -> Void

    /// A terminal made of two functions; for tests.
    package init(
        isInteractive: Bool = false,
        canAsk: Bool = false,
        hasColor: Bool = false,
        width: Int = 80,
        output: @escaping @Sendable (String) -> Void,
        error: @escaping @Sendable (String) -> Void
    ) {
        self.isInteractive = isInteractive
        self.canAsk = canAsk
        self.hasColor = hasColor
        self.width = width
        writer = output
        errorWriter = error
    }

    /// The terminal that the program was started on.
    static func standard(environment: [String: String]) -> Terminal {
        let output = isatty(STDOUT_FILENO) == 1
        let dumb = environment["TERM"] == "dumb"
        let noColor = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        return Terminal(
            isInteractive: output && !dumb,
            canAsk: output && isatty(STDIN_FILENO) == 1,
            hasColor: output && !dumb && !noColor,
            width: environment["COLUMNS"].flatMap { Int($0) } ?? columns() ?? 80,
            output: { writeAll($0, to: STDOUT_FILENO) },
            error: { writeAll($0, to: STDERR_FILENO) }
        )
    }

    /// Writes text without a newline.
    func write(_ text: String) { writer(text) }

    /// Writes a line.
    func print(_ line: String = "") { writer(line + "\n") }

    /// Writes a line on standard error.
    func printError(_ line: String) { errorWriter(line + "\n") }

    /// Text in bold, where that is possible.
    func bold(_ text: String) -> String { styled(text, "1") }
    /// Text that stands back, where that is possible.
    func dim(_ text: String) -> String { styled(text, "2") }
    func green(_ text: String) -> String { styled(text, "32") }
    func red(_ text: String) -> String { styled(text, "31") }
    func cyan(_ text: String) -> String { styled(text, "36") }

    private func styled(_ text: String, _ code: String) -> String {
        hasColor ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    /// Text from outside with control characters made visible, so that it cannot drive the terminal.
    static func harmless(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { isControl($0) }) else { return text }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isControl(scalar) { shown.append("\u{FFFD}") } else { shown.append(scalar) }
        }
        return String(shown)
    }

    private static func isControl(_ scalar: UnicodeScalar) -> Bool {
        switch scalar.value {
        case 0x0A, 0x09: false
        case 0..<0x20, 0x7F..<0xA0: true
        // Characters that reorder text could make one id look like another.
        case 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private static func columns() -> Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    private static func writeAll(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            while start < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
                if count > 0 {
                    start += count
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
