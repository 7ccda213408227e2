extension Expression {
    /// The names of all variables and functions that the text mentions with a dollar sign, which is left out.
    ///
    /// Those that the expression binds itself are among them.
    package var mentionedNames: Set<String> {
        var names: Set<String> = []
        for node in tree.nodes where node.kind == .variable && node.text != "$" && !node.text.isEmpty {
            names.insert(node.text)
        }
        return names
    }

    /// The names of all functions of the language, additions included.
    package static var functionNames: Set<String> { Set(Builtins.table.keys) }

    /// The fields that the text reads directly from a variable, such as `days` in `$input.days`, each with its place in
    /// UTF-16 code units from the start of the text.
    package func fields(of variable: String) -> [(name: String, offset: Int)] {
        var fields: [(name: String, offset: Int)] = []
        for node in tree.nodes where node.kind == .path && node.children.count > 1 {
            let first = node.children[0]
            guard first.kind == .variable, first.text == variable, first.focus == nil else { continue }
            let field = node.children[1]
            if field.kind == .name { fields.append((field.text, field.start)) }
        }
        return fields
    }
}
