package import Basics
import Cryptography
import Tools

/// Orders tools by how near a request's vector is to those of the ways to ask for them; help for search by words.
///
/// Vectors are made in the background and kept in a file by the hash of their text; until they are there, and whenever
/// the endpoint fails or is slow, there is no order, and search answers as if this did not exist.
package final class EmbeddingSearch: Sendable {
    private struct State {
        var vectors: [String: [Float]] = [:]
        var isRead = false
        var isPreparing = false
        /// No attempt before this.
        var pausedUntil = Timestamp(milliseconds: 0)
    }

    private let endpoint: EmbeddingEndpoint
    private let file: String?
    private let clock: any WallClock
    private let log: Log
    private let state = Locked<State>(State())

    private static let batch = 128
    private static let depth = 50
    private static let pause = 60.0
    private static let preparationTimeout = 60.0

    /// - Parameters:
    ///   - endpoint: What makes vectors.
    ///   - file: Where they are kept; nil for memory only.
    package init(
        endpoint: EmbeddingEndpoint,
        file: String?,
        clock: any WallClock = SystemClock(),
        log: Log = .none
    ) {
        self.endpoint = endpoint
        self.file = file
        self.clock = clock
        self.log = log
    }

    /// The tools nearest to a request, best first; nil where only words can tell.
    ///
    /// - Parameters:
    ///   - request: Without personal data: it leaves this machine.
    ///   - texts: The ways to ask for each tool.
    func order(_ request: String, among texts: [(tool: String, texts: [String])]) async -> [String]? {
        guard await prepare(texts.flatMap(\.texts)) else { return nil }
        do {
            guard let wanted = try await endpoint.vectors(of: [request], within: endpoint.patience).first else {
                return nil
            }
            let vectors = state.withLock { $0.vectors }
            var ranked: [(tool: String, nearness: Float)] = []
            for (tool, texts) in texts {
                var best: Float = -1
                for text in texts {
                    guard let known = vectors[name(of: text)], known.count == wanted.count else { continue }
                    best = max(best, EmbeddingSearch.product(wanted, known))
                }
                ranked.append((tool, best))
            }
            ranked.sort { $0.nearness != $1.nearness ? $0.nearness > $1.nearness : $0.tool < $1.tool }
            return ranked.prefix(EmbeddingSearch.depth).map(\.tool)
        } catch {
            giveUpForNow(error)
            return nil
        }
    }

    /// Waits until nothing is being prepared; for programs that must not end before the file is written.
    package func settle() async {
        while state.withLock({ $0.isPreparing }) { await Task.yield() }
    }

    /// Whether all vectors are there; begins to make them when not.
    private func prepare(_ texts: [String]) async -> Bool {
        let now = clock.now()
        let (missing, begins) = state.withLock { state -> ([String], Bool) in
            if !state.isRead {
                state.isRead = true
                state.vectors = file.flatMap { EmbeddingFile.read($0, model: endpoint.model) } ?? [:]
            }
            var seen: Set<String> = []
            let missing = texts.filter { text in
                let name = name(of: text)
                return state.vectors[name] == nil && seen.insert(name).inserted
            }
            let begins = !missing.isEmpty && !state.isPreparing && now >= state.pausedUntil
            if begins { state.isPreparing = true }
            return (missing, begins)
        }
        if begins { Task { await self.make(missing) } }
        return missing.isEmpty && now >= state.withLock { $0.pausedUntil }
    }

    private func make(_ texts: [String]) async {
        do {
            for start in stride(from: 0, to: texts.count, by: EmbeddingSearch.batch) {
                let part = Array(texts[start..<min(start + EmbeddingSearch.batch, texts.count)])
                let made = try await endpoint.vectors(of: part, within: EmbeddingSearch.preparationTimeout)
                state.withLock { state in
                    for (text, vector) in zip(part, made) { state.vectors[name(of: text)] = vector }
                }
            }
            if let file {
                let vectors = state.withLock { $0.vectors }
                try EmbeddingFile.write(vectors, model: endpoint.model, to: file)
            }
        } catch { giveUpForNow(error) }
        state.withLock { $0.isPreparing = false }
    }

    private func giveUpForNow(_ error: any Error) {
        log.warning("search goes on without embeddings for \(Int(EmbeddingSearch.pause)) s: \(error)")
        let until = clock.now().adding(seconds: EmbeddingSearch.pause)
        state.withLock { $0.pausedUntil = until }
    }

    private func name(of text: String) -> String { EmbeddingFile.name(of: text) }

    private static func product(_ a: [Float], _ b: [Float]) -> Float {
        var sum: Float = 0
        for position in a.indices { sum += a[position] * b[position] }
        return sum
    }
}
