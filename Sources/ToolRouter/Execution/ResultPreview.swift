import JSON

/// A value cut down to a number of bytes, in its own shape: the first elements of lists, the beginnings of texts.
struct ResultPreview: Sendable {
    /// The value, shortened.
    private(set) var value: JSONValue = .null
    /// What was left out: places and how much of them is shown.
    private(set) var omitted: [(pointer: String, note: String)] = []

    private static let measures = [(12, 400), (6, 240), (3, 160), (2, 80), (1, 40)]
    private static let deepest = 8
    private static let mostMembers = 48
    private static let mostNotes = 8

    /// The largest preview of a few sizes that has at most so many bytes of JSON, its notes included.
    init(of value: JSONValue, bytes: Int) {
        for (elements, characters) in ResultPreview.measures {
            omitted = []
            self.value = cut(value, elements, characters, at: "", depth: 0)
            let notes = omitted.reduce(0) { $0 + $1.pointer.utf8.count + $1.note.utf8.count + 6 }
            if JSONWriter.bytes(of: self.value).count + notes <= bytes { return }
        }
        omitted = []
        self.value = outline(value)
    }

    private mutating func cut(
        _ value: JSONValue,
        _ elements: Int,
        _ characters: Int,
        at pointer: String,
        depth: Int
    ) -> JSONValue {
        switch value {
        case .string(let text):
            let shown = text.prefix(characters)
            guard shown.endIndex < text.endIndex else { return value }
            note(pointer, "\(characters) of \(text.count) characters")
            return .string(shown + "…")
        case .array(let array):
            guard depth < ResultPreview.deepest else { return outline(value) }
            if array.count > elements { note(pointer, "\(elements) of \(array.count) elements") }
            return .array(
                array.prefix(elements).enumerated().map { position, element in
                    cut(element, elements, characters, at: "\(pointer)/\(position)", depth: depth + 1)
                }
            )
        case .object(let object):
            guard depth < ResultPreview.deepest else { return outline(value) }
            if object.count > ResultPreview.mostMembers {
                note(pointer, "\(ResultPreview.mostMembers) of \(object.count) members")
            }
            var shown = JSONObject()
            for member in object.prefix(ResultPreview.mostMembers) {
                let place = "\(pointer)/\(JSONPointer.escape(member.name))"
                shown[member.name] = cut(member.value, elements, characters, at: place, depth: depth + 1)
            }
            return .object(shown)
        default: return value
        }
    }

    private mutating func note(_ pointer: String, _ note: String) {
        if omitted.count < ResultPreview.mostNotes { omitted.append((pointer, note)) }
    }

    private func outline(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object):
            .string("object with \(object.names.prefix(12).joined(separator: ", ").prefix(240))")
        case .array(let array): .string("list of \(array.count)")
        case .string(let text): .string(String(text.prefix(40)))
        default: value
        }
    }
}
