import ATSSandbox
import Basics
import JSON
import Testing

struct DeterminismTests {
    private func answers(_ client: SandboxClient) async throws -> [[UInt8]] {
        [
            try await client.pinpoint("GET", "applications?page[size]=1000&include=comments,stage,job").bytes,
            try await client.ashby("candidate.list", ["limit": 50]).bytes,
            try await client.ashby("candidate.create", ["name": "Ada Novak"]).bytes,
            try await client.ashby("candidate.info", ["id": "x"]).bytes,
            try await client.ashby("applicationFeedback.list", ["limit": 20]).bytes,
        ]
    }

    @Test func `the same seed gives the same bytes, another seed others`() async throws {
        let first = try await answers(SandboxClient(sandbox: Sandbox(seed: 7, candidates: 210)))
        let second = try await answers(SandboxClient(sandbox: Sandbox(seed: 7, candidates: 210)))
        let other = try await answers(SandboxClient(sandbox: Sandbox(seed: 8, candidates: 210)))
        #expect(first == second)
        #expect(zip(first, other).allSatisfy { $0 != $1 })
    }

    @Test func `the cast is there whatever the seed and the size`() async throws {
        for (seed, candidates) in [(3, 10), (4, 700)] as [(UInt64, Int)] {
            let client = SandboxClient(sandbox: Sandbox(seed: seed, candidates: candidates))
            let path = "applications/5566?include=job"
            #expect(try await client.pinpoint("GET", path).json.at("included.0.attributes.title") == "Product Manager")
            let count = try await client.pinpoint("GET", "candidates?stats[total]=count&page[size]=0").json
            #expect(count.at("meta.stats.total.count").integer == max(candidates, 210))
            #expect(
                try await client.pinpoint("GET", "candidates/98765").json.at("data.attributes.full_name")
                    == "Sarah Jenkins"
            )
        }
    }
}
