import Basics
import Glibc
import JSON
import TestSupport
import Testing
import Workflows

@Suite struct HomeLibraryTests {
    private let folder = TemporaryFolder()

    private func write(_ text: String, _ name: String) throws {
        mkdir(folder.file("workflows"), 0o700)
        try TextFile.write(Array(text.utf8), to: folder.file("workflows/" + name))
    }

    private func text(_ name: String, version: Int) -> String {
        #"{"workflow":"\#(name)","version":\#(version),"title":"T","input":{"type":"object"},"limits":{"writes":0},"steps":[{"return":1}]}"#
    }

    @Test func `a changed file is offered, a broken one keeps its last good version, one that is gone goes`() throws {
        try write(text("one", version: 1), "one.json")
        let library = HomeLibrary(home: folder.path)
        func versions() -> [String: Int] {
            Dictionary(uniqueKeysWithValues: library.all().workflows.map { ($0.name, $0.version) })
        }
        #expect(versions() == ["one": 1] && library.changes() == nil)
        try write(text("one", version: 12), "one.json")
        try write(text("two", version: 1), "two.json")
        #expect(versions() == ["one": 12, "two": 1])
        #expect(library.changes()?.isEmpty == true && library.changes() == nil)
        try write(#"{"workflow":"one","version":"#, "one.json")
        let problems = library.changes() ?? []
        #expect(problems.contains { $0.severity == .error && $0.file.hasSuffix("one.json") })
        #expect(versions() == ["one": 12, "two": 1])
        unlink(folder.file("workflows/one.json"))
        #expect(library.changes() == [])
        #expect(versions() == ["two": 1])
    }

    @Test func `a cell that a spreadsheet would take for a formula is text`() {
        let rows: [JSONValue] = [
            ["name": "=HYPERLINK(\"http://x\")", "n": -5], ["name": "@x", "n": "-1+1"],
            ["name": "+a, b", "more": "\tc"],
        ]
        let expected = """
            name,n,more\r
            "'=HYPERLINK(""http://x"")",-5,\r
            '@x,'-1+1,\r
            "'+a, b",,'\tc\r

            """
        #expect(RunExport.csv(rows) == expected)
    }
}
