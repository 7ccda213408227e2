import Basics
import JSON
import JSONata
import Tools

/// Reads what `toolkit.json` says about finding writes again.
struct LookupRuleReader {
    static let keys = ["tool", "arguments", "when", "same", "created", "match", "id"]

    /// Reads the `lookup` of a tool, with complaints in `reader`.
    static func lookup(_ tool: DefinitionReader.Section, _ reader: inout DefinitionReader) -> LookupRule? {
        guard let section = reader.section(tool, "lookup", keys: keys),
            let name = reader.string(section, "tool", required: true)
        else { return nil }
        var arguments: [(name: String, value: LookupValue)] = []
        if let given = reader.section(section, "arguments") {
            for member in given.object {
                if let text = member.value.string, text.hasPrefix("=") {
                    let place = given.place(member.name)
                    guard let read = expression(String(text.dropFirst()), at: place, &reader) else { continue }
                    arguments.append((member.name, .computed(read)))
                } else {
                    arguments.append((member.name, .fixed(member.value)))
                }
            }
        }
        let match = reader.string(section, "match").flatMap { expression($0, at: section.place("match"), &reader) }
        return LookupRule(
            tool: name,
            arguments: arguments,
            when: reader.string(section, "when").flatMap { expression($0, at: section.place("when"), &reader) },
            same: reader.strings(section, "same"),
            created: reader.pointer(section, "created"),
            match: match,
            id: reader.pointer(section, "id") ?? JSONPointer(tokens: ["id"]),
            pointer: section.pointer
        )
    }

    /// Reads the `settle` of a toolkit or a tool; what it does not say is as in `usual`.
    static func settle(
        _ parent: DefinitionReader.Section,
        _ reader: inout DefinitionReader,
        usual: SettleTimes
    ) -> SettleTimes? {
        guard let section = reader.section(parent, "settle", keys: ["answered", "silent"]) else { return nil }
        var times = usual
        if let seconds = number(section, "answered", &reader) { times.afterAnswer = seconds }
        if let seconds = number(section, "silent", &reader) { times.afterSilence = seconds }
        return times
    }

    private static func number(
        _ section: DefinitionReader.Section,
        _ name: String,
        _ reader: inout DefinitionReader
    ) -> Double? {
        guard let value = section.object[name] else { return nil }
        guard let seconds = value.number?.double, (0...3600).contains(seconds) else {
            reader.error(section.place(name), "must be a number of seconds from 0 to 3600")
            return nil
        }
        return seconds
    }

    private static func expression(
        _ text: String,
        at place: JSONPointer,
        _ reader: inout DefinitionReader
    ) -> Expression? {
        do throws(JSONataError) {
            return try Expression(text)
        } catch {
            let position = error.place(in: text).map { ", \($0)" } ?? ""
            reader.error(place, "is not a JSONata expression (\(error.code)\(position)): \(error.message)")
            return nil
        }
    }
}
