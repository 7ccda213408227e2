package import Basics
import Glibc
import JSON
package import Tools

/// Writes a run's transcript to a file as it happens: one JSON value a line, appended, never changed.
///
/// The file is made anew, readable by its owner only, and locked against a second writer. When a write fails the recorder
/// stops, and ``failure`` says why: a full disk must not stop an agent that is in the middle of something.
package final class TranscriptRecorder: TranscriptSink {
    private struct State {
        var sequence = 0
        var failure: SystemError?
    }

    private let file: FileDescriptor
    private let path: String
    private let clock: any WallClock
    private let state = Locked(State())

    /// Begins a transcript.
    ///
    /// - Parameters:
    ///   - path: The file; it must not exist yet.
    ///   - header: What run this is.
    /// - Throws: ``TranscriptError`` with code `file`.
    package init(path: String, header: TranscriptHeader, clock: any WallClock = SystemClock()) throws(TranscriptError) {
        let number = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
        guard number >= 0 else {
            let error = SystemError("open \(path)")
            throw TranscriptError(.file, "the transcript could not be made: \(error)", cause: error)
        }
        file = FileDescriptor(owning: number)
        self.path = path
        self.clock = clock
        guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
            throw TranscriptError(.file, "\(path) is being written by another process")
        }
        if let error = append(header.line) {
            throw TranscriptError(.file, "the transcript could not be written: \(error)", cause: error)
        }
    }

    /// Why recording stopped; nil while it goes on.
    package var failure: SystemError? { state.withLock { $0.failure } }

    package func record(_ entry: TranscriptEntry, origin: Origin) {
        // Within the lock, so that lines are in the order of their numbers.
        state.withLock { state in
            guard state.failure == nil else { return }
            let event = TranscriptEvent(sequence: state.sequence, time: clock.now(), origin: origin, entry: entry)
            state.sequence += 1
            state.failure = append(TranscriptCoding.line(event))
        }
    }

    private func append(_ line: [UInt8]) -> SystemError? {
        var rest = line[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file.number, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return SystemError("write \(path)")
            }
            rest = rest.dropFirst(count)
        }
        return nil
    }
}
