import JSON

/// Words of the form `key=value` on the command line.
enum KeyValue {
    /// The parts of a word; `limit=5` means a number and `search=5 years` a text, without quotes for the shell to eat.
    ///
    /// - Throws: ``CommandError`` for a word of another form.
    static func parse(_ word: String) throws(CommandError) -> (name: String, value: JSONValue) {
        let name = word.prefix { $0 != "=" }
        guard name.count < word.count, !name.isEmpty else {
            throw CommandError.usage("'\(word)' is not of the form key=value")
        }
        let text = String(word.dropFirst(name.count + 1))
        return (String(name), (try? JSONParser.parse(text)) ?? .string(text))
    }
}

/// What is written to the program.
enum StandardInput {
    /// Everything, up to the end.
    static func all() -> [UInt8] {
        var bytes: [UInt8] = []
        while let line = readLine(strippingNewline: false) { bytes += line.utf8 }
        return bytes
    }
}
