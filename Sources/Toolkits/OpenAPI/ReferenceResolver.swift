import JSON

/// Replaces the references in a part of a document by what they lead to.
///
/// A schema that contains itself is cut where it starts over: what is below may be anything.
struct ReferenceResolver {
    struct Problem: Error {
        var message: String
    }

    let document: JSONElement

    private static let maximumDepth = 64

    func resolve(_ value: JSONValue) -> Result<JSONValue, Problem> {
        do {
            return .success(try resolve(value, open: [], depth: 0))
        } catch {
            return .failure(error)
        }
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
                guard reference.hasPrefix("#"), let pointer = JSONPointer(String(reference.dropFirst())),
                    let target = document.element(at: pointer)?.value
                else { throw Problem(message: "\(reference) leads nowhere in this file") }
                if open.contains(reference) { return .object([:]) }
                var resolved = try resolve(target, open: open + [reference], depth: depth + 1)
                // Members beside the reference refine it (JSON Schema 2020-12 section 8.2.3); most are descriptions.
                for member in object where member.name != "$ref" { resolved[member.name] = member.value }
                return resolved
            }
            var resolved = JSONObject()
            for member in object where !member.name.hasPrefix("x-") {
                resolved.append(name: member.name, value: try resolve(member.value, open: open, depth: depth + 1))
            }
            return .object(resolved)
        default: return value
        }
    }
}
