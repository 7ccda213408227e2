import Basics
import Testing

@Suite(.timeLimit(.minutes(5))) struct BoundedChannelTests {
    @Test func `everything arrives in order, with the sender held back`() async throws {
        let channel = BoundedChannel<Int>(capacity: 2)
        let sender = Task {
            for number in 0..<1000 { _ = await channel.send(number) }
            channel.finish()
        }
        var received: [Int] = []
        while let number = try await channel.receive() { received.append(number) }
        await sender.value
        #expect(received == Array(0..<1000))
    }

    @Test func `a failure comes after what was sent before it`() async throws {
        struct Broken: Error {}
        let channel = BoundedChannel<Int>(capacity: 4)
        #expect(await channel.send(1))
        channel.finish(throwing: Broken())
        #expect(try await channel.receive() == 1)
        await #expect(throws: Broken.self) { try await channel.receive() }
        #expect(try await channel.receive() == nil)
        #expect(await channel.send(2) == false)
    }

    @Test func `a sender that waits is let go when the receiver gives up`() async {
        let channel = BoundedChannel<Int>(capacity: 1)
        #expect(await channel.send(1))
        let sender = Task { await channel.send(2) }
        channel.cancel()
        #expect(await sender.value == false)
    }

    @Test func `a receiver that is cancelled is let go`() async {
        let channel = BoundedChannel<Int>(capacity: 1)
        let receiver = Task { try await channel.receive() }
        receiver.cancel()
        await #expect(throws: CancellationError.self) { try await receiver.value }
    }
}
