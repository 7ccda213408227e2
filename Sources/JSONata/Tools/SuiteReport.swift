/// What came of running a suite, group by group.
package struct SuiteReport: Sendable, CustomStringConvertible {
    /// One group.
    package struct Line: Sendable {
        package var group: String
        package var passed = 0
        package var skipped = 0
        /// The name of each case that failed, and why.
        package var failures: [String] = []
    }

    package var lines: [Line] = []

    package var passed: Int { lines.reduce(0) { $0 + $1.passed } }
    package var failed: Int { lines.reduce(0) { $0 + $1.failures.count } }

    /// A table by group, the failures, and a last line such as `1445 passed, 0 failed`.
    package var description: String {
        let width = lines.lazy.map(\.group.count).max() ?? 0
        func row(_ name: String, _ cells: [String]) -> String {
            let gap = String(repeating: " ", count: max(0, width - name.count))
            return name + gap
                + cells.map { String(repeating: " ", count: max(1, 9 - $0.count)) + $0 }.joined() + "\n"
        }
        var text = row("group", ["passed", "failed", "skipped"])
        for line in lines {
            text += row(line.group, ["\(line.passed)", "\(line.failures.count)", "\(line.skipped)"])
        }
        for line in lines { text += line.failures.map { $0 + "\n" }.joined() }
        return text + "\(passed) passed, \(failed) failed\n"
    }
}
