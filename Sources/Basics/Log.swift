import Glibc

/// How much a log line matters.
package enum LogLevel: Int, Sendable, Comparable, CaseIterable {
    case debug, info, warning, error

    package static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }

    /// `debug`, `info`, `warning` or `error`.
    package var name: String { String(describing: self) }
}

/// One line of a log: a message that never varies, and fields that do.
package struct LogEntry: Sendable, Hashable {
    package var time: Timestamp
    package var level: LogLevel
    package var message: String
    package var fields: [String: String]

    package init(time: Timestamp, level: LogLevel, message: String, fields: [String: String] = [:]) {
        self.time = time
        self.level = level
        self.message = message
        self.fields = fields
    }
}

/// Writes log lines as `key=value` text to a sink; secrets never reach it because ``Secret`` describes itself as redacted.
package struct Log: Sendable {
    private let minimum: LogLevel
    private let clock: any WallClock
    private let sink: @Sendable (LogEntry) -> Void

    /// A log that passes entries of at least `minimum` to `sink`.
    package init(
        minimum: LogLevel = .info,
        clock: any WallClock = SystemClock(),
        sink: @escaping @Sendable (LogEntry) -> Void
    ) {
        self.minimum = minimum
        self.clock = clock
        self.sink = sink
    }

    /// A log that drops everything.
    package static let none = Log(minimum: .error) { _ in }

    /// A log on standard error, one line an entry.
    package static func standardError(minimum: LogLevel = .info) -> Log {
        Log(minimum: minimum) { entry in
            let line = Array(Log.format(entry).utf8)
            line.withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
        }
    }

    package func debug(_ message: String, _ fields: [String: String] = [:]) { record(.debug, message, fields) }
    package func info(_ message: String, _ fields: [String: String] = [:]) { record(.info, message, fields) }
    package func warning(_ message: String, _ fields: [String: String] = [:]) { record(.warning, message, fields) }
    package func error(_ message: String, _ fields: [String: String] = [:]) { record(.error, message, fields) }

    private func record(_ level: LogLevel, _ message: String, _ fields: [String: String]) {
        guard level >= minimum else { return }
        sink(LogEntry(time: clock.now(), level: level, message: message, fields: fields))
    }

    /// The text of an entry with its newline; control characters in values are escaped, so no value can fake a line.
    package static func format(_ entry: LogEntry) -> String {
        var line = "\(entry.time.iso8601) \(entry.level.name) \(escape(entry.message))"
        for (key, value) in entry.fields.sorted(by: { $0.key < $1.key }) {
            let needsQuotes = value.isEmpty || value.utf8.contains { $0 <= 0x20 || $0 == 0x22 || $0 == 0x3D }
            line += needsQuotes ? " \(key)=\"\(escape(value))\"" : " \(key)=\(escape(value))"
        }
        return line + "\n"
    }

    private static func escape(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x7F }) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22: escaped += "\\\""
            case 0x0A: escaped += "\\n"
            case 0..<0x20, 0x7F: escaped += "\\x" + String(scalar.value, radix: 16)
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
