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
}
