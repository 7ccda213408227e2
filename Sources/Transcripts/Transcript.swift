package import Basics
import JSON

/// A transcript that was read back.
package struct Transcript: Sendable, Hashable {
    package var header: TranscriptHeader
    package var events: [TranscriptEvent]

    package init(header: TranscriptHeader, events: [TranscriptEvent]) {
        self.header = header
        self.events = events
    }

    /// Reads a transcript; what can be read is kept, and every problem is told.
    ///
    /// A last line that was cut off, as a crash leaves it, is a warning; nil only when there is no usable header.
    ///
    /// - Parameters:
    ///   - bytes: The file's content.
    ///   - file: Its path, for the diagnostics.
    package static func read(_ bytes: [UInt8], file: String) -> (transcript: Transcript?, diagnostics: [Diagnostic]) {
        var diagnostics: [Diagnostic] = []
        var transcript: Transcript?
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.isEmpty {
            func report(_ severity: Diagnostic.Severity, _ message: String) {
                diagnostics.append(Diagnostic(severity, file: file, line: index + 1, message))
            }
            do {
                let value = try JSONParser.parse(line)
                guard transcript != nil else {
                    transcript = Transcript(header: try TranscriptHeader(value), events: [])
                    continue
                }
                let event = try TranscriptCoding.event(value)
                if event.sequence != transcript?.events.count {
                    report(.warning, "event \(event.sequence) is out of order: lines are missing or were moved")
                }
                transcript?.events.append(event)
            } catch {
                let isTorn = index == lines.count - 1 && error is JSONError && transcript != nil
                report(isTorn ? .warning : .error, isTorn ? "the last line was cut off" : String(describing: error))
                if transcript == nil { break }
            }
        }
        if transcript == nil, diagnostics.isEmpty {
            diagnostics.append(Diagnostic(.error, file: file, "the file is empty"))
        }
        return (transcript, diagnostics)
    }

    /// The text of the file.
    package func encoded() -> [UInt8] {
        events.reduce(into: header.line) { $0 += TranscriptCoding.line($1) }
    }
}
