/// The functions of the language, by name.
enum Builtins {
    static let table: [String: BuiltinFunction] = {
        var table: [String: BuiltinFunction] = [:]
        let groups = [text, patterns, numbers, aggregates, sequences, objects, control, dates, addresses, additions]
        for function in groups.joined() { table[function.name] = function }
        return table
    }()

    /// The signature of the function that a transform makes.
    static let transformSignature = Signature.known("<(oa):o>")

    /// The names of the functions that JSONata does not have.
    static let additionNames = Set(additions.map(\.name))
}
