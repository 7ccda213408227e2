package import Basics
package import JSON

/// Reads an object that came from outside, strictly: what is unknown, missing or of the wrong kind is an error that
/// names it.
package struct ArgumentObject {
    private let object: JSONObject
    private let place: String

    /// - Throws: ``RouterError`` with code `invalid` that names members other than the known ones.
    package init(_ object: JSONObject, known: [String], in place: String) throws(RouterError) {
        self.object = object
        self.place = place
        let unknown = object.names.filter { !known.contains($0) }
        guard let first = unknown.first else { return }
        let near = Similarity.nearest(to: first, among: known, limit: 1).first.map { " Did you mean \($0)?" } ?? ""
        throw RouterError(
            .invalid,
            "\(place) has no \(unknown.map { "\"\($0)\"" }.joined(separator: ", "));"
                + " it takes \(known.joined(separator: ", ")).\(near)"
        )
    }

    /// Whether a member is there, null included.
    package func has(_ name: String) -> Bool { object[name] != nil }

    /// A text that is not empty.
    package func string(_ name: String, limit: Int) throws(RouterError) -> String {
        guard let text = try optionalString(name, limit: limit), !text.isEmpty else {
            throw wrong(name, "must be a text that is not empty")
        }
        return text
    }

    /// Nil when it is missing or null.
    package func optionalString(_ name: String, limit: Int) throws(RouterError) -> String? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let text = value.string else { throw wrong(name, "must be a text") }
        guard text.utf8.count <= limit else { throw wrong(name, "is longer than \(limit) bytes") }
        return text
    }

    /// An integer within a range; nil when it is missing or null.
    package func integer(_ name: String, in range: ClosedRange<Int>) throws(RouterError) -> Int? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let integer = value.integer, range.contains(integer) else {
            throw wrong(name, "must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    /// True or false; nil when it is missing or null.
    package func flag(_ name: String) throws(RouterError) -> Bool? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let flag = value.bool else { throw wrong(name, "must be true or false") }
        return flag
    }

    /// A list of so many texts.
    package func strings(_ name: String, _ count: ClosedRange<Int>) throws(RouterError) -> [String] {
        let texts = object[name]?.array?.compactMap(\.string) ?? []
        guard let array = object[name]?.array, texts.count == array.count, count.contains(texts.count) else {
            throw wrong(name, "must be a list of \(count.lowerBound) to \(count.upperBound) texts")
        }
        return texts
    }

    /// Nil when it is missing or null; an empty list stays one.
    package func optionalStrings(_ name: String) throws(RouterError) -> [String]? {
        guard let value = object[name], !value.isNull else { return nil }
        return try strings(name, 0...1000)
    }

    /// A list of so many objects with known members.
    package func objects(
        _ name: String,
        known: [String],
        _ count: ClosedRange<Int>
    ) throws(RouterError) -> [ArgumentObject] {
        guard let array = object[name]?.array, count.contains(array.count) else {
            throw wrong(name, "must be a list of \(count.lowerBound) to \(count.upperBound) objects")
        }
        var objects: [ArgumentObject] = []
        for (position, element) in array.enumerated() {
            guard let inner = element.object else { throw wrong("\(name)[\(position)]", "must be an object") }
            objects.append(try ArgumentObject(inner, known: known, in: "\(place), \(name)[\(position)],"))
        }
        return objects
    }

    /// An object, empty when it is missing; models often write one as text, which is taken too.
    package func object(_ name: String) throws(RouterError) -> JSONObject {
        guard let value = object[name], !value.isNull else { return [:] }
        if let object = value.object { return object }
        if let text = value.string, let object = (try? JSONParser.parse(text))?.object { return object }
        throw wrong(name, "must be an object")
    }

    /// An instant in ISO 8601; nil when it is missing or null.
    package func instant(_ name: String) throws(RouterError) -> Timestamp? {
        guard let text = try optionalString(name, limit: 64) else { return nil }
        guard let instant = Timestamp(iso8601: text) else {
            throw wrong(name, "must be a time such as 2027-01-31T12:00:00Z")
        }
        return instant
    }

    /// The texts of an object's members.
    package func texts(_ name: String) throws(RouterError) -> [String: String] {
        guard let value = object[name], !value.isNull else { return [:] }
        guard let members = value.object else { throw wrong(name, "must be an object") }
        var texts: [String: String] = [:]
        for member in members {
            guard let text = member.value.string else { throw wrong("\(name).\(member.name)", "must be a text") }
            texts[member.name] = text
        }
        return texts
    }

    /// A member as it is.
    package func value(_ name: String) -> JSONValue? { object[name] }

    /// The error that says what is wrong with a member.
    package func wrong(_ name: String, _ what: String) -> RouterError {
        RouterError(.invalid, "\(place): \(name) \(what).")
    }
}
