import Basics
import JSON

/// Reads the members of a definition file, and writes down what is wrong with them instead of stopping.
struct DefinitionReader {
    /// An object of the file with its place.
    struct Section {
        var object: JSONObject
        var pointer: JSONPointer

        func has(_ name: String) -> Bool { object[name] != nil }
        func place(_ name: String) -> JSONPointer { pointer.appending(name) }
    }

    let file: String
    let text: [UInt8]
    private(set) var diagnostics: [Diagnostic] = []

    init(file: String, text: [UInt8]) {
        self.file = file
        self.text = text
    }

    var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    mutating func error(_ pointer: JSONPointer, _ message: String) { add(.error, pointer, message) }
    mutating func warning(_ pointer: JSONPointer, _ message: String) { add(.warning, pointer, message) }

    private mutating func add(_ severity: Diagnostic.Severity, _ pointer: JSONPointer, _ message: String) {
        let place = JSONLocator.locate(pointer, in: text)
        diagnostics.append(
            Diagnostic(
                severity,
                file: file,
                pointer: pointer.description,
                line: place?.line,
                column: place?.column,
                message
            )
        )
    }

    /// The file as an object; nil, and a diagnostic, when it is none.
    mutating func parse() -> JSONValue? {
        do {
            return try JSONParser.parse(text, options: JSONParser.Options(refusesDuplicateNames: true))
        } catch {
            diagnostics.append(
                Diagnostic(.error, file: file, line: error.line, column: error.column, error.message)
            )
            return nil
        }
    }

    /// The file as a checked text whose values are made when they are asked for; nil, and a diagnostic, when it is not JSON.
    mutating func parseDocument() -> JSONElement? {
        do {
            return try JSONDocument(text).root
        } catch {
            diagnostics.append(
                Diagnostic(.error, file: file, line: error.line, column: error.column, error.message)
            )
            return nil
        }
    }

    /// An object, with a diagnostic for each member whose name is not in `keys`; nil `keys` allows any.
    mutating func section(_ value: JSONValue, at pointer: JSONPointer, keys: [String]? = nil) -> Section? {
        guard let object = value.object else {
            error(pointer, "must be an object, not \(article(value))")
            return nil
        }
        if let keys {
            for name in object.names where !keys.contains(name) {
                let nearest = Similarity.nearest(to: name, among: keys, limit: 1).first
                let hint = nearest.map { "did you mean \"\($0)\"?" } ?? "known here: \(keys.joined(separator: ", "))"
                error(pointer.appending(name), "unknown key \"\(name)\"; \(hint)")
            }
        }
        return Section(object: object, pointer: pointer)
    }

    mutating func section(_ parent: Section, _ name: String, keys: [String]? = nil, required: Bool = false) -> Section?
    {
        guard let value = member(parent, name, required) else { return nil }
        return section(value, at: parent.place(name), keys: keys)
    }

    mutating func sections(_ parent: Section, _ name: String, keys: [String], required: Bool = false) -> [Section] {
        guard let value = member(parent, name, required) else { return [] }
        guard let array = value.array else {
            error(parent.place(name), "must be an array, not \(article(value))")
            return []
        }
        return array.enumerated().compactMap { position, element in
            section(element, at: parent.place(name).appending(String(position)), keys: keys)
        }
    }

    mutating func string(_ section: Section, _ name: String, required: Bool = false) -> String? {
        guard let value = member(section, name, required) else { return nil }
        guard let text = value.string, !text.isEmpty else {
            error(section.place(name), "must be text, not \(article(value))")
            return nil
        }
        return text
    }

    mutating func strings(_ section: Section, _ name: String) -> [String] {
        guard let value = section.object[name] else { return [] }
        guard let array = value.array else {
            error(section.place(name), "must be an array of texts, not \(article(value))")
            return []
        }
        return array.enumerated().compactMap { position, element in
            guard let text = element.string else {
                error(section.place(name).appending(String(position)), "must be text, not \(article(element))")
                return nil
            }
            return text
        }
    }

    mutating func bool(_ section: Section, _ name: String) -> Bool? {
        guard let value = section.object[name] else { return nil }
        if value.bool == nil { error(section.place(name), "must be true or false, not \(article(value))") }
        return value.bool
    }

    mutating func integer(_ section: Section, _ name: String, from low: Int, to high: Int) -> Int? {
        guard let value = section.object[name] else { return nil }
        guard let number = value.integer, (low...high).contains(number) else {
            error(section.place(name), "must be an integer from \(low) to \(high)")
            return nil
        }
        return number
    }

    mutating func integers(_ section: Section, _ name: String) -> [Int] {
        guard let value = section.object[name] else { return [] }
        guard let array = value.array, case let numbers = array.compactMap(\.integer), numbers.count == array.count
        else {
            error(section.place(name), "must be an array of integers")
            return []
        }
        return numbers
    }

    mutating func pointer(_ section: Section, _ name: String) -> JSONPointer? {
        guard let text = string(section, name) else { return nil }
        guard let pointer = JSONPointer(text) else {
            error(section.place(name), "must be a JSON Pointer such as /results")
            return nil
        }
        return pointer
    }

    mutating func pointers(_ section: Section, _ name: String) -> [JSONPointer] {
        strings(section, name).enumerated().compactMap { position, text in
            guard let pointer = JSONPointer(text) else {
                error(section.place(name).appending(String(position)), "must be a JSON Pointer such as /errors/0")
                return nil
            }
            return pointer
        }
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ section: Section,
        _ name: String,
        required: Bool = false
    ) -> Choice? {
        guard let text = string(section, name, required: required) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            error(section.place(name), "\"\(text)\" is not one of: \(all)")
            return nil
        }
        return choice
    }

    private mutating func member(_ section: Section, _ name: String, _ required: Bool) -> JSONValue? {
        let value = section.object[name]
        if value == nil, required { error(section.pointer, "\"\(name)\" is missing") }
        return value
    }

    private func article(_ value: JSONValue) -> String {
        switch value.typeName {
        case "null": "null"
        case "string": value.string?.isEmpty == true ? "an empty text" : "text"
        case let name: (name.hasPrefix("a") || name.hasPrefix("i") || name.hasPrefix("o") ? "an " : "a ") + name
        }
    }
}
