package import Basics

/// A prompt file: Markdown with a flat front matter.
///
/// The front matter is `---`, lines of `name: value`, `---`. Values are plain text; nothing nests, and there are no
/// quotes, lists or comments.
package struct Prompt: Sendable, Hashable {
    /// What it is called.
    package var name: String
    /// One line on what it is for.
    package var purpose: String
    /// The spec of a model; nil where the file says `default` or nothing.
    package var model: String?
    /// 0 to 2; nil for the model's default.
    package var temperature: Double?
    /// What the model reads, without the front matter and without space around it.
    package var text: String

    /// Reads a prompt; nil, with every problem told, when it cannot be used.
    package static func read(_ content: String, file: String) -> (prompt: Prompt?, diagnostics: [Diagnostic]) {
        var diagnostics: [Diagnostic] = []
        var lines = content.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasSuffix("\r") ? line.dropLast() : line
        }
        guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---") else {
            let message = "needs a front matter first: a line ---, lines of 'name: value', a line ---"
            return (nil, [Diagnostic(.error, file: file, line: 1, message)])
        }
        var prompt = Prompt(name: "", purpose: "", text: "")
        for (index, line) in lines[1..<end].enumerated() where !trimmed(line).isEmpty {
            func report(_ severity: Diagnostic.Severity, _ message: String) {
                diagnostics.append(Diagnostic(severity, file: file, line: index + 2, message))
            }
            guard let colon = line.firstIndex(of: ":") else {
                report(.error, "expected 'name: value'")
                continue
            }
            let value = trimmed(line[line.index(after: colon)...])
            switch trimmed(line[..<colon]) {
            case "name": prompt.name = value
            case "purpose": prompt.purpose = value
            case "model": prompt.model = value == "default" || value.isEmpty ? nil : value
            case "temperature":
                prompt.temperature = Double(value).flatMap { (0...2).contains($0) ? $0 : nil }
                if prompt.temperature == nil { report(.error, "temperature must be a number from 0 to 2") }
            case let name: report(.error, "'\(name)' is not known here: name, purpose, model and temperature are")
            }
        }
        lines.removeFirst(end + 1)
        prompt.text = trimmed(lines.joined(separator: "\n")[...])
        if prompt.name.isEmpty { diagnostics.append(Diagnostic(.error, file: file, line: 1, "the name is missing")) }
        if prompt.text.isEmpty {
            diagnostics.append(Diagnostic(.error, file: file, "there is no text after the front matter"))
        }
        return (diagnostics.contains { $0.severity == .error } ? nil : prompt, diagnostics)
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
