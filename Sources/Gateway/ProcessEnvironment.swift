package import Basics
import Glibc

/// The variables that the program was started with, and those of a `.env` file beside it.
package struct ProcessEnvironment: Sendable {
    /// What counts: a variable of the process wins over one of the file.
    package var variables: [String: String]
    /// Names that came from the file.
    package var fromFile: Set<String>

    package init(variables: [String: String], fromFile: Set<String> = []) {
        self.variables = variables
        self.fromFile = fromFile
    }

    /// The environment of this process, with the `.env` file of the working directory.
    ///
    /// - Returns: The environment, and what is wrong with the file.
    package static func current() -> (environment: ProcessEnvironment, diagnostics: [Diagnostic]) {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text)
            let name = pair.prefix { $0 != "=" }
            variables[String(name)] = String(pair.dropFirst(name.count + 1))
            entry += 1
        }
        guard let bytes = try? TextFile.read(".env", limit: 1 << 20) else {
            return (ProcessEnvironment(variables: variables), [])
        }
        let (file, diagnostics) = parse(String(decoding: bytes, as: UTF8.self))
        return (ProcessEnvironment(variables: variables).adding(file: file), diagnostics)
    }

    /// The environment with the variables of a file, which lose against those that are there.
    ///
    /// A `*_BASE_URL` of the file is dropped when the key that would be sent there is the process's own: a file that
    /// somebody left in a folder must not be able to lead a key astray.
    package func adding(file: [String: String]) -> ProcessEnvironment {
        var merged = self
        for (name, value) in file where variables[name] == nil {
            if name.hasSuffix("_BASE_URL"), variables[name.dropLast("BASE_URL".count) + "API_KEY"] != nil { continue }
            merged.variables[name] = value
            merged.fromFile.insert(name)
        }
        return merged
    }

    /// Reads `NAME=value` lines; `#` starts a comment line, `export` is allowed, quotes may stand around a value.
    package static func parse(_ text: String) -> (variables: [String: String], diagnostics: [Diagnostic]) {
        var variables: [String: String] = [:]
        var diagnostics: [Diagnostic] = []
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            var rest = trimmed(line)
            if rest.isEmpty || rest.hasPrefix("#") { continue }
            if rest.hasPrefix("export ") { rest = trimmed(rest.dropFirst("export ".count)) }
            let name = trimmed(rest.prefix { $0 != "=" })
            let isName = !name.isEmpty && name.utf8.allSatisfy { $0 == 0x5F || isLetterOrDigit($0) }
            guard isName, rest.contains("=") else {
                // The line itself is not repeated: it may be half a secret.
                diagnostics.append(
                    Diagnostic(.warning, file: ".env", line: number + 1, "expected NAME=value; the line is ignored")
                )
                continue
            }
            var value = trimmed(rest.drop { $0 != "=" }.dropFirst())
            if value.count >= 2, let quote = value.first, quote == "\"" || quote == "'", value.last == quote {
                value = value.dropFirst().dropLast()
            }
            variables[String(name)] = String(value)
        }
        return (variables, diagnostics)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
    }
}
