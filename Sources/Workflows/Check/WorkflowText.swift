import JSON

/// The text of a workflow file in which values are found by their pointers.
struct WorkflowText {
    let map: SourceMap
    private let root: JSONElement?

    init(_ bytes: [UInt8]) {
        map = SourceMap(bytes)
        root = (try? JSONDocument(RelaxedJSON.strict(bytes)))?.root
    }

    func pointer(of anchor: TextAnchor) -> JSONPointer { JSONPointer(anchor.pointer) ?? JSONPointer() }

    /// The byte where a value starts, or the innermost value on the way to it that exists.
    func offset(of pointer: JSONPointer, ofName: Bool = false) -> Int {
        guard var element = root else { return 0 }
        for token in pointer.tokens {
            guard let next = element.isArray ? Int(token).flatMap({ element[$0] }) : element[token] else { break }
            element = next
        }
        let offset = element.raw.startIndex
        guard ofName, let quote = map.lastQuote(before: offset), let name = pointer.tokens.last else { return offset }
        return max(0, quote - name.utf8.count - 1)
    }
}
