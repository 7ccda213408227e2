import JSON

/// Puts the fragments of streamed tool calls together, forgiving what real servers do.
///
/// Fragments belong together by index; some servers send index 0 for every call, no index, the whole name or id with each
/// fragment, or arguments as an object instead of text.
struct ToolCallAccumulator {
    private struct Slot {
        var id: String
        var name: String
        var arguments = ""
        var isAnnounced = false
    }

    private var slots: [Slot] = []
    /// The slot that an index of the stream means now.
    private var current: [Int: Int] = [:]
    private let names: ToolNames

    init(names: ToolNames) {
        self.names = names
    }

    var isEmpty: Bool { slots.isEmpty }

    /// Takes one element of `delta.tool_calls`.
    mutating func add(_ fragment: JSONValue, to events: inout [ModelEvent]) {
        let index = fragment["index"]?.integer
        let id = fragment["id"]?.string ?? ""
        let function = fragment["function"]
        let name = function?["name"]?.string ?? ""
        let position = slot(index: index, id: id, name: name)
        if let index { current[index] = position }
        if slots[position].id.isEmpty { slots[position].id = id }
        if startsOrContinuesName(slots[position], name) { slots[position].name += name }
        switch function?["arguments"] {
        case .string(let text): add(text, to: position, &events)
        case .object(let object)?: add(JSONWriter.text(of: .object(object)), to: position, &events)
        default: break
        }
    }

    /// The calls, in the order they began; ids that are missing or used twice are made up from `prefix`.
    mutating func finish(callIDPrefix prefix: String, to events: inout [ModelEvent]) -> [ModelToolCall] {
        var used: Set<String> = []
        var calls: [ModelToolCall] = []
        for position in slots.indices {
            announce(position, &events)
            let slot = slots[position]
            var id = slot.id
            if id.isEmpty || !used.insert(id).inserted {
                id = "\(prefix)_\(position)"
                while !used.insert(id).inserted { id += "x" }
            }
            let arguments = slot.arguments.utf8.allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
            calls.append(
                ModelToolCall(
                    callID: id,
                    name: names.original(slot.name),
                    wireName: names.wire(names.original(slot.name)),
                    arguments: arguments ? "{}" : slot.arguments
                )
            )
        }
        return calls
    }

    private mutating func slot(index: Int?, id: String, name: String) -> Int {
        let open = index.map { current[$0] } ?? nil
        if let position = open ?? (index == nil ? withoutIndex(id) : nil) {
            let slot = slots[position]
            let isOtherID = !id.isEmpty && !slot.id.isEmpty && id != slot.id
            let isOtherCall = id.isEmpty && !name.isEmpty && name != slot.name && !slot.arguments.isEmpty
            if !isOtherID, !isOtherCall { return position }
            if let known = slots.firstIndex(where: { $0.id == id }), isOtherID { return known }
        }
        slots.append(Slot(id: id, name: ""))
        return slots.count - 1
    }

    private func withoutIndex(_ id: String) -> Int? {
        if !id.isEmpty { return slots.firstIndex { $0.id == id } }
        return slots.isEmpty ? nil : slots.count - 1
    }

    /// Whether a name belongs to the slot's: the first part or a further one, but not a repetition.
    private func startsOrContinuesName(_ slot: Slot, _ name: String) -> Bool {
        if name.isEmpty || name == slot.name || !slot.arguments.isEmpty { return false }
        return slot.name.isEmpty || !names.offers(slot.name) || names.offers(slot.name + name)
    }

    private mutating func add(_ text: String, to position: Int, _ events: inout [ModelEvent]) {
        guard !text.isEmpty else { return }
        announce(position, &events)
        slots[position].arguments += text
        events.append(.toolCallArguments(index: position, fragment: text))
    }

    private mutating func announce(_ position: Int, _ events: inout [ModelEvent]) {
        guard !slots[position].isAnnounced else { return }
        slots[position].isAnnounced = true
        events.append(.toolCallStarted(index: position, name: names.original(slots[position].name)))
    }
}
