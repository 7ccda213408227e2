/// A command with what was given to it.
struct Invocation: Sendable {
    var arguments: [String] = []
    var options: [String: [String]] = [:]
    var environment: [String: String] = [:]
    var terminal: Terminal

    /// Whether a switch was given.
    func has(_ option: String) -> Bool { options[option] != nil }

    /// The value of an option, the last one where it was given twice.
    func value(_ option: String) -> String? { options[option]?.last }

    /// The values of an option that takes a list: repeated, or separated by commas; nil when it was not given.
    func list(_ option: String) -> [String]? {
        options[option]?.flatMap { $0.split(separator: ",").map(String.init) }
    }

    /// A whole number within a range.
    ///
    /// - Throws: ``CommandError`` that names the option.
    func integer(_ option: String, in range: ClosedRange<Int>) throws(CommandError) -> Int? {
        guard let text = value(option) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .usage(
                "--\(option) takes a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text)'"
            )
        }
        return number
    }

    /// Whether data are printed as one JSON document.
    var json: Bool { has("json") }
}
