import Basics
import JSON
import Tools

/// A system in memory that keeps every record it is asked for, and answers as it is told to.
final class FakeATS: WriteRecovery {
    /// What happens to one write.
    enum Fate: Sendable, CaseIterable {
        case done
        /// Nothing is done, and the answer says so.
        case refused, turnedAway, unsent
        /// It is done, and the answer says HTTP 500, or never comes.
        case doneThen500, doneThenLost
        /// Nothing is done, and the answer says HTTP 500, or never comes.
        case failedWith500, lost
        /// It is done so late that only looking after the settle time sees it.
        case doneLate
        case conflict
    }

    struct Record: Sendable, Hashable {
        var id: String
        var text: String
        var name: String
        var madeAt: Timestamp
        /// On the clock that nobody can set.
        var visibleFrom: Int64
    }

    struct World: Sendable {
        var records: [Record] = []
        var fates: [Fate] = []
        var calls: [ToolCall] = []
        var looks = 0
        /// How many looks fail first.
        var blindLooks = 0
        /// Makes looking impossible altogether.
        var canBeFound = true
        var takesMark = true
        var stage = ""
        var isRemoved = false
    }

    let world = Locked(World())
    let clock: ManualClock
    let settle = SettleTimes(afterAnswer: 10, afterSilence: 60)
    /// Holds up a write after it was done, so that something else can happen first.
    let pause = Locked<(@Sendable () async -> Void)?>(nil)

    init(clock: ManualClock) { self.clock = clock }

    let tools = [
        FakeATS.tool("add_note", .create), FakeATS.tool("set_stage", .set), FakeATS.tool("send_mail", .send),
        FakeATS.tool("remove", .destroy), FakeATS.tool("read", .read),
    ]

    private static func tool(_ name: String, _ effect: Effect) -> ToolSpecification {
        Fixture.tool(name, name, "Does \(name).", effect: effect)
    }

    func set(_ change: (inout World) -> Void) { world.withLock { change(&$0) } }

    func call(_ call: ToolCall) async -> ToolResult {
        let fate = world.withLock { world -> Fate in
            world.calls.append(call)
            return world.fates.isEmpty ? .done : world.fates.removeFirst()
        }
        var id = ""
        switch fate {
        case .done, .doneThen500, .doneThenLost: id = perform(call, visibleAfter: fate == .done ? 0 : 5)
        case .doneLate: id = perform(call, visibleAfter: 55)
        default: break
        }
        let pause = pause.withLock { $0 }
        await pause?()
        switch fate {
        case .done: return ToolResult(["id": .string(id), "text": call.arguments["note"] ?? .null], origin: .ats)
        case .refused: return FakeATS.failure("invalid_request", "failed", 422)
        case .turnedAway: return FakeATS.failure("rate_limited", "not_executed", 429)
        case .unsent: return FakeATS.failure("unreachable", "not_executed", nil)
        case .doneThen500, .failedWith500: return FakeATS.failure("upstream_error", "unknown", 500)
        case .doneThenLost, .lost, .doneLate: return FakeATS.failure("timeout", "unknown", nil)
        case .conflict: return FakeATS.failure("conflict", "failed", 409)
        }
    }

    func prepare(_ call: ToolCall) async -> WritePreparation {
        if call.arguments["bad"] != nil { return .refused(.failure("invalid_arguments", "Wrong.")) }
        let (canBeFound, takesMark) = world.withLock { ($0.canBeFound, $0.takesMark) }
        return .ready(
            WriteRules(
                connection: call.connection ?? "conn_1",
                takesMark: takesMark && call.tool == "add_note",
                canBeFound: canBeFound && call.tool != "send_mail",
                settle: settle
            )
        )
    }

    func marked(_ call: ToolCall, with mark: String) -> ToolCall {
        var marked = call
        marked.arguments["note"] = .string((call.arguments["note"]?.string ?? "") + " " + mark)
        return marked
    }

    func find(_ write: SentWrite) async -> WriteFinding {
        let now = clock.uptime().milliseconds
        return world.withLock { world in
            world.looks += 1
            if world.blindLooks > 0 {
                world.blindLooks -= 1
                return .cannotTell("unreachable")
            }
            let note = write.call.arguments["note"]?.string ?? ""
            switch write.call.tool {
            case "set_stage":
                return world.stage == note
                    ? .found([FoundRecord(id: "app", record: ["stage": .string(note)])]) : .absent
            case "remove": return world.isRemoved ? .absent : .found([FoundRecord(id: "app", record: ["id": "app"])])
            default:
                let found = world.records.filter { record in
                    guard record.visibleFrom <= now, record.madeAt >= write.since else { return false }
                    return write.mark.map { record.text.contains($0) } ?? (record.name == note)
                }
                return found.isEmpty
                    ? .absent : .found(found.map { FoundRecord(id: $0.id, record: ["id": .string($0.id)]) })
            }
        }
    }

    private func perform(_ call: ToolCall, visibleAfter seconds: Double) -> String {
        let now = clock.now()
        let note = call.arguments["note"]?.string ?? ""
        return world.withLock { world in
            switch call.tool {
            case "set_stage":
                world.stage = note
                return "app"
            case "remove":
                world.isRemoved = true
                return "app"
            default:
                let id = "r\(world.records.count + 1)"
                world.records.append(
                    Record(
                        id: id,
                        text: note,
                        name: note,
                        madeAt: now,
                        visibleFrom: clock.uptime().milliseconds + Int64(seconds * 1000)
                    )
                )
                return id
            }
        }
    }

    private static func failure(_ code: String, _ outcome: String, _ status: Int?) -> ToolResult {
        var details: JSONObject = ["outcome": .string(outcome)]
        if let status { details["status"] = .integer(status) }
        return .failure(code, "It failed.", details: details)
    }
}
