import Basics
import Cryptography
package import JSON

/// What identifies a tool result without keeping it: a digest of the whole, and a short hash of every value in it.
///
/// The short hashes are there to name the place of a difference. They do not hide values that can be guessed, so
/// recordings are made on people who do not exist.
package struct ResultFingerprint: Sendable, Hashable {
    /// SHA-256 of the canonical JSON without the ignored places, in hexadecimal; of the text itself where it is not JSON.
    package var sha256: String
    /// The first 32 bits of each value's SHA-256 by JSON Pointer.
    package var leaves: JSONObject

    package init(sha256: String, leaves: JSONObject) {
        self.sha256 = sha256
        self.leaves = leaves
    }

    /// The fingerprint of a result as the model was shown it.
    ///
    /// - Parameters:
    ///   - content: The text of the result.
    ///   - ignores: Places that do not count, as JSON Pointers in which `*` stands for any name or position.
    package init(of content: String, ignores: [String]) {
        let patterns = ignores.compactMap { JSONPointer($0)?.tokens }
        let value = (try? JSONParser.parse(content)) ?? .string(content)
        var leaves = JSONObject()
        let kept = ResultFingerprint.walk(value, [], patterns, &leaves) ?? .null
        self.leaves = leaves
        sha256 = Hex.encode(SHA256.hash(JSONWriter.bytes(of: kept, sorted: true)))
    }

    /// Where a live result differs, in words; nil when it does not.
    func difference(from content: String, ignores: [String]) -> String? {
        let live = ResultFingerprint(of: content, ignores: ignores)
        guard live.sha256 != sha256 else { return nil }
        var places: [String] = []
        for leaf in leaves {
            switch live.leaves[leaf.name] {
            case nil: places.append("\(shown(leaf.name)) is missing")
            case leaf.value?: break
            case .some: places.append("\(shown(leaf.name)) has another value")
            }
        }
        for leaf in live.leaves where leaves[leaf.name] == nil { places.append("\(shown(leaf.name)) is new") }
        if places.isEmpty { return "it differs" }
        let rest = places.count > 3 ? ", and \(places.count - 3) more differences" : ""
        return places.prefix(3).joined(separator: ", ") + rest
    }

    private func shown(_ pointer: String) -> String { pointer.isEmpty ? "the whole" : pointer }

    /// Hashes every value and gives back what counts; nil where nothing does.
    private static func walk(
        _ value: JSONValue,
        _ path: [String],
        _ patterns: [[String]],
        _ leaves: inout JSONObject
    ) -> JSONValue? {
        if patterns.contains(where: { matches($0, path) }) { return nil }
        switch value {
        case .object(let object) where !object.isEmpty:
            var kept = JSONObject()
            for member in object { kept[member.name] = walk(member.value, path + [member.name], patterns, &leaves) }
            return .object(kept)
        case .array(let array) where !array.isEmpty:
            return .array(
                array.enumerated().compactMap { walk($0.element, path + [String($0.offset)], patterns, &leaves) }
            )
        default:
            let digest = SHA256.hash(JSONWriter.bytes(of: value, sorted: true))
            leaves[JSONPointer(tokens: path).description] = .string(Hex.encode(digest.prefix(4)))
            return value
        }
    }

    private static func matches(_ pattern: [String], _ path: [String]) -> Bool {
        pattern.count == path.count && zip(pattern, path).allSatisfy { $0 == "*" || $0 == $1 }
    }
}
