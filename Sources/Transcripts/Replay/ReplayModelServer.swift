import Basics
package import HTTP
import JSON

/// A Chat Completions server that says the words of a recording.
///
/// It speaks the real protocol, so that an agent's HTTP, streaming and tool code runs as it would with a model: words and
/// arguments come in fragments, then usage, then `[DONE]`. Every request's messages are held against the recording; where
/// they differ it answers 422 with code `replay_mismatch` and the place, and the run stops.
package final class ReplayModelServer: HTTPHandler {
    /// What happens to results that are not as recorded.
    package enum Mode: Sendable, Hashable {
        /// They stop the run.
        case verify
        /// They become the new record; see ``ReplayModelServer/rebased()``.
        case record
    }

    private let recording: Recording
    private let mode: Mode
    private let pace: Double
    private let sleep: @Sendable (Double) async throws -> Void
    private let seen = Locked<[Int: String]>([:])

    /// - Parameters:
    ///   - recording: What to say.
    ///   - mode: What to do about results that differ.
    ///   - pace: Seconds between fragments; 0 sends them as fast as they are read.
    ///   - sleep: Waits some seconds.
    package init(
        recording: Recording,
        mode: Mode = .verify,
        pace: Double = 0,
        sleep: @escaping @Sendable (Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) }
    ) {
        self.recording = recording
        self.mode = mode
        self.pace = pace
        self.sleep = sleep
    }

    /// The recording with fingerprints of the results that were seen since the server was made.
    ///
    /// The words are not looked at: whoever records again must check that they are still true.
    ///
    /// - Throws: ``TranscriptError`` when a result of the recording was not seen, because the run ended early.
    package func rebased() throws(TranscriptError) -> Recording {
        var rebased = recording
        let seen = seen.withLock { $0 }
        for (index, step) in recording.steps.enumerated() {
            guard case .result(var result) = step, case .content = result.check else { continue }
            guard let content = seen[index] else {
                throw TranscriptError(
                    .invalid,
                    "the run ended before the result of \(result.tool) (\(result.callID)): nothing was recorded"
                )
            }
            result.check = .content(ResultFingerprint(of: content, ignores: recording.ignores))
            rebased.steps[index] = .result(result)
        }
        return rebased
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard request.method == "POST", request.path.hasSuffix("/chat/completions") else {
            return problem(404, "not_found", "only POST /v1/chat/completions exists here", "")
        }
        guard let bytes = try? await request.body.collect(limit: 64 << 20), let body = try? JSONParser.parse(bytes)
        else {
            return problem(400, "invalid_json", "the body is not JSON", "")
        }
        guard body["stream"] == true else {
            return problem(400, "stream_required", "a recording is only streamed", "/stream")
        }
        var conversation = ReplayConversation(recording: recording, verifiesResults: mode == .verify)
        do throws(ReplayConversation.Mismatch) {
            let reply = try conversation.reply(to: body["messages"]?.array ?? [])
            let results = conversation.seen
            seen.withLock { $0.merge(results) { _, new in new } }
            return stream(ReplayChunks.chunks(of: reply, model: body["model"]?.string ?? "", requestSize: bytes.count))
        } catch {
            return problem(422, "replay_mismatch", error.message, error.pointer)
        }
    }

    private func stream(_ chunks: [[UInt8]]) -> HTTPResponse {
        let position = Locked(0)
        let (pace, sleep) = (pace, sleep)
        let body = HTTPBodyStream(next: {
            let index = position.withLock { index in
                index += 1
                return index - 1
            }
            guard index < chunks.count else { return nil }
            if pace > 0, index > 0 { try await sleep(pace) }
            return chunks[index]
        })
        return HTTPResponse(
            status: 200,
            fields: ["Content-Type": EventStreamSerializer.contentType, "Cache-Control": "no-store"],
            body: .stream(body)
        )
    }

    private func problem(_ status: Int, _ code: String, _ message: String, _ pointer: String) -> HTTPResponse {
        let error: JSONValue = [
            "error": [
                "message": .string(message), "type": "invalid_request_error", "code": .string(code),
                "param": .string(pointer),
            ]
        ]
        return .json(JSONWriter.bytes(of: error), status: status, fields: ["x-should-retry": "false"])
    }
}
