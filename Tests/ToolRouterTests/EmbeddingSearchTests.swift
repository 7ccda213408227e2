import Basics
import HTTP
import JSON
import TestSupport
import Testing
import ToolRouter
import Tools

/// An embeddings service whose vectors count a few letters, so that texts with the same ones are near.
private final class LetterVectors: HTTPTransport {
    enum Mood { case well, broken, short }

    private struct State {
        var mood = Mood.well
        var inputs: [String] = []
    }

    private let state = Locked<State>(State())

    func set(_ mood: Mood) { state.withLock { $0.mood = mood } }
    var inputs: [String] { state.withLock { $0.inputs } }

    func send(_ request: HTTPRequest, options: HTTPRequestOptions) async throws -> HTTPResponse {
        let body = try JSONParser.parse(try await request.body.collect(limit: 1 << 20))
        let texts = body["input"]?.array?.compactMap(\.string) ?? []
        let mood = state.withLock { state in
            state.inputs += texts
            return state.mood
        }
        guard mood != .broken else { return .json(Array("{}".utf8), status: 500) }
        let vectors = texts.prefix(mood == .short ? 0 : texts.count).map { text -> JSONValue in
            let counts = "abcdefghijklmnopqrstuvwxyz".map { letter in
                JSONValue.integer(text.lowercased().count { $0 == letter } + 1)
            }
            return ["embedding": .array(counts)]
        }
        return .json(JSONWriter.bytes(of: ["data": .array(vectors)]))
    }
}

@Suite struct EmbeddingSearchTests {
    private let service = LetterVectors()
    private let clock = ManualClock(Timestamp(milliseconds: 1_767_225_600_000))

    private func embeddings(file: String? = nil, model: String = "letters") -> EmbeddingSearch {
        EmbeddingSearch(
            endpoint: EmbeddingEndpoint(baseURL: "http://e.example/v1", model: model, transport: service),
            file: file,
            clock: clock
        )
    }

    private var scope: ToolScope { Fixture.router().scope(ToolPolicy()) }

    @Test func `until the vectors are there, and whenever the endpoint fails, search answers by words alone`() async {
        let scope = scope
        let alone = scope.search("list candidates", limit: 3)
        #expect(await scope.search("list candidates", limit: 3, embeddings: nil) == alone)
        for mood in [LetterVectors.Mood.broken, .short] {
            service.set(mood)
            let embeddings = embeddings()
            #expect(await scope.search("list candidates", limit: 3, embeddings: embeddings) == alone)
            await embeddings.settle()
            #expect(await scope.search("list candidates", limit: 3, embeddings: embeddings) == alone)
        }
    }

    @Test func `with vectors the order is joined, and what words are sure of stays first`() async {
        let (scope, embeddings) = (scope, embeddings())
        let alone = scope.search("list candidates", limit: 5)
        #expect(await scope.search("list candidates", limit: 5, embeddings: embeddings) == alone)
        await embeddings.settle()
        let joined = await scope.search("list candidates", limit: 5, embeddings: embeddings)
        #expect(joined.hits.first?.tool == "list_all_acme_candidates")
        #expect(joined.hits.first?.score == alone.hits.first?.score)
        #expect(Set(joined.hits.map(\.tool)).isSuperset(of: alone.hits.map(\.tool)))
        #expect(await scope.search("list candidates", limit: 5, embeddings: embeddings) == joined)
        #expect(await scope.search("play some jazz", limit: 5, embeddings: embeddings).abstained)
    }

    @Test func `vectors are kept for their model, and names do not leave the machine`() async throws {
        let folder = TemporaryFolder()
        let file = folder.file("embeddings.jsonl")
        let (scope, first) = (scope, embeddings(file: file))
        _ = await scope.search("list candidates", limit: 3, embeddings: first)
        await first.settle()
        let made = service.inputs.count
        let second = embeddings(file: file)
        _ = await scope.search("list the candidates for Dana Whitfield", limit: 3, embeddings: second)
        #expect(service.inputs.count == made + 1)
        #expect(service.inputs.last?.contains("whitfield") == false)
        let other = embeddings(file: file, model: "other")
        _ = await scope.search("list candidates", limit: 3, embeddings: other)
        await other.settle()
        #expect(service.inputs.count > made + 1, "vectors of another model are worth nothing")
    }

    @Test func `after a failure the endpoint is left alone for a minute`() async {
        let (scope, embeddings) = (scope, embeddings())
        service.set(.broken)
        _ = await scope.search("list candidates", limit: 3, embeddings: embeddings)
        await embeddings.settle()
        let asked = service.inputs.count
        _ = await scope.search("list candidates", limit: 3, embeddings: embeddings)
        await embeddings.settle()
        #expect(service.inputs.count == asked)
        service.set(.well)
        clock.advance(seconds: 61)
        _ = await scope.search("list candidates", limit: 3, embeddings: embeddings)
        await embeddings.settle()
        #expect(service.inputs.count > asked)
    }
}
