import Basics
import Glibc
import JSON
import Testing
import Toolkits
import Tools

/// The list of all tools in `docs/tools.md`, held against the toolkits.
///
/// With `RECORD_GOLDENS` in the environment the file is written anew.
@Suite struct ToolsDocumentTests {
    private static let path = Fixture.home + "/docs/tools.md"

    @Test func `the list of tools in the documentation is up to date`() throws {
        let text = ToolsDocumentTests.document()
        if getenv("RECORD_GOLDENS") != nil { try TextFile.write(Array(text.utf8), to: ToolsDocumentTests.path) }
        #expect(
            try String(decoding: TextFile.read(ToolsDocumentTests.path), as: UTF8.self) == text,
            "run scripts/make-tools-doc and review the difference"
        )
    }

    private static func document() -> String {
        var lines = [
            "# Tools", "",
            "Made from the toolkits by `scripts/make-tools-doc`; do not edit it. `switchboard tools show NAME` explains a tool",
            "with every argument. Effects are explained in [toolkits.md](toolkits.md#tools). A star marks a tool with notes.",
        ]
        for toolkit in Fixture.toolkits.toolkits {
            lines += ["", "## \(toolkit.title)", "", "\(toolkit.specifications.count) tools.", ""]
            lines += ["| name | title | effect | what | needs |", "|---|---|---|---|---|"]
            for tool in toolkit.specifications.sorted(by: { $0.name < $1.name }) {
                let summary = tool.description.split(separator: "\n").first.map(String.init) ?? ""
                let required = tool.inputSchema["required"]?.array?.compactMap(\.string) ?? []
                let needs = required.map { "`\($0)`" }.joined(separator: ", ")
                let star = tool.notes.isEmpty ? "" : " *"
                lines.append(
                    "| `\(tool.name)` | \(tool.title)\(star) | \(tool.effect.rawValue) | \(summary) | \(needs) |"
                )
            }
            guard !toolkit.excluded.isEmpty else { continue }
            lines += ["", "Deliberately no tools:", ""]
            lines += toolkit.excluded.map { "- `\($0.operation)`: \($0.reason)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
