import Basics
import JSON

/// Replaces the references in a part of a document by what they lead to.
///
/// A schema that contains itself is cut where it starts over: what is below may be anything.
final class ReferenceResolver: Sendable {
    struct Problem: Error {
        var message: String
    }

    private let document: JSONElement
    /// What references led to, for those that do not depend on where they stand.
    private let known = Locked<[String: JSONValue]>([:])

    private static let maximumDepth = 64

    init(document: JSONElement) {
        self.document = document
    }

    func resolve(_ value: JSONValue) -> Result<JSONValue, Problem> {
        // Most parts have no reference, and looking is much cheaper than copying.
        guard ReferenceResolver.hasWork(value, depth: 0) else { return .success(value) }
        do {
            return .success(try resolve(value, open: [], depth: 0))
        } catch {
            return .failure(error)
        }
    }

    private static func hasWork(_ value: JSONValue, depth: Int) -> Bool {
        guard depth < maximumDepth else { return true }
        switch value {
        case .array(let array): return array.contains { hasWork($0, depth: depth + 1) }
        case .object(let object):
            return object.contains { member in
                isExtension(member.name) || member.name == "$ref" || hasWork(member.value, depth: depth + 1)
            }
        default: return false
        }
    }

    private static func isExtension(_ name: String) -> Bool {
        name.utf8.count > 2 && name.utf8.starts(with: [0x78, 0x2D])
    }

    private func resolve(_ value: JSONValue, open: [String], depth: Int) throws(Problem) -> JSONValue {
        guard depth < ReferenceResolver.maximumDepth else {
            throw Problem(message: "nested deeper than \(ReferenceResolver.maximumDepth)")
        }
        switch value {
        case .array(let array):
            var resolved: [JSONValue] = []
            for element in array { resolved.append(try resolve(element, open: open, depth: depth + 1)) }
            return .array(resolved)
        case .object(let object):
            if let reference = object["$ref"]?.string {
                if open.contains(reference) { return .object([:]) }
                var resolved = try target(of: reference, open: open, depth: depth)
                // Members beside the reference refine it (JSON Schema 2020-12 section 8.2.3); most are descriptions.
                for member in object where member.name != "$ref" { resolved[member.name] = member.value }
                return resolved
            }
            var resolved = JSONObject()
            for member in object where !ReferenceResolver.isExtension(member.name) {
                resolved.append(name: member.name, value: try resolve(member.value, open: open, depth: depth + 1))
            }
            return .object(resolved)
        default: return value
        }
    }

    private func target(of reference: String, open: [String], depth: Int) throws(Problem) -> JSONValue {
        // Inside another reference the result may be cut, and is good for this place only.
        if open.isEmpty, let target = known.withLock({ $0[reference] }) { return target }
        guard reference.hasPrefix("#"), let pointer = JSONPointer(String(reference.dropFirst())),
            let target = document.element(at: pointer)?.value
        else { throw Problem(message: "\(reference) leads nowhere in this file") }
        let resolved = try resolve(target, open: open + [reference], depth: depth + 1)
        if open.isEmpty { known.withLock { $0[reference] = resolved } }
        return resolved
    }
}
