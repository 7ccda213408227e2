import JSON

/// Finds ids of records in arguments and results.
///
/// An id is the value of a member that is named as one, and looks like one: letters, digits, `-` and `_`, with a digit
/// among them. A name or an address does not pass, so no personal data is kept by mistake.
struct RecordIDs {
    private var found: [String] = []
    private var seen: Set<String> = []
    private var isCutOff = false

    /// Ids for one row; a page of a list has some hundreds.
    private static let most = 5000
    private static let longest = 64

    /// Takes the ids out of arguments.
    mutating func add(_ arguments: JSONObject) {
        for member in arguments {
            if RecordIDs.isName(member.name) { take(member.value) }
            add(nested: member.value)
        }
    }

    /// Takes the ids out of a result.
    mutating func add(payload: [UInt8]) {
        guard let document = try? JSONDocument(payload) else { return }
        add(document.root)
    }

    private mutating func add(nested value: JSONValue) {
        switch value {
        case .object(let object): add(object)
        case .array(let array): for element in array { add(nested: element) }
        default: break
        }
    }

    private mutating func take(_ value: JSONValue) {
        switch value {
        case .string(let text): insert(text)
        case .number(let number): insert(number.text)
        case .array(let array): for element in array where element.array == nil { take(element) }
        default: break
        }
    }

    private mutating func add(_ element: JSONElement) {
        switch element.kind {
        case .object:
            for member in element.members {
                switch member.value.kind {
                case .object, .array:
                    if member.value.isArray, RecordIDs.isName(member.name) {
                        for item in member.value.elements { take(item) }
                    }
                    add(member.value)
                case .string, .number: if RecordIDs.isName(member.name) { take(member.value) }
                default: break
                }
            }
        case .array: for item in element.elements where item.isObject || item.isArray { add(item) }
        default: break
        }
    }

    private mutating func take(_ element: JSONElement) {
        switch element.kind {
        case .string: if let text = element.string { insert(text) }
        case .number: insert(String(decoding: element.raw, as: UTF8.self))
        default: break
        }
    }

    /// The ids, with `+` at the end where there were more than are kept.
    var all: [String] { isCutOff ? found + ["+"] : found }

    /// Takes one id, if it looks like one.
    mutating func insert(_ text: String) {
        guard (1...RecordIDs.longest).contains(text.utf8.count), RecordIDs.looksLikeOne(text) else { return }
        guard found.count < RecordIDs.most else {
            isCutOff = true
            return
        }
        if seen.insert(text).inserted { found.append(text) }
    }

    /// `id`, `ids`, and names that end in `_id`, `_ids`, `Id` or `Ids`.
    private static func isName(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { bytes in
            var end = bytes.count
            if end > 2, bytes[end - 1] == 0x73 { end -= 1 }
            guard end >= 2, bytes[end - 1] == 0x64 else { return false }
            if bytes[end - 2] == 0x49 { return true }
            return bytes[end - 2] == 0x69 && (end == 2 || bytes[end - 3] == 0x5F)
        }
    }

    private static func looksLikeOne(_ text: String) -> Bool {
        var hasDigit = false
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39: hasDigit = true
            case 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: break
            default: return false
            }
        }
        return hasDigit
    }
}
