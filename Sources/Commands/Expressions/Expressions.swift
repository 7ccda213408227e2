import Basics
import JSON
import JSONata

extension Command {
    static let expressionsCheck = Command(
        path: ["expressions", "check"],
        summary: "Say what is wrong, or will surprise, in a JSONata expression",
        arguments: [.init(name: "EXPR", summary: "The expression")],
        options: [
            .init(name: "variables", value: "A,B", summary: "Variables that will be bound", mayRepeat: true),
            CommonOptions.json,
        ],
        details: "Example: switchboard expressions check 'items[0].nmae & $uppercas(title)'",
        run: { invocation in
            let checker = ExpressionChecker(variables: Set(invocation.list("variables") ?? []))
            let findings = checker.check(invocation.arguments[0])
            if invocation.json {
                let list: [JSONValue] = findings.map { finding in
                    [
                        "kind": .string(finding.kind.rawValue), "severity": .string(finding.severity.rawValue),
                        "line": .integer(finding.place.line), "column": .integer(finding.place.column),
                        "message": .string(finding.message),
                    ]
                }
                invocation.terminal.print(JSONWriter.pretty(["findings": .array(list)]))
            } else if findings.isEmpty {
                invocation.terminal.print("Nothing found.")
            } else {
                for finding in findings { invocation.terminal.print(Terminal.harmless(finding.description)) }
            }
            return findings.contains { $0.severity == .error } ? .failed : .done
        }
    )

    static let expressionsTry = Command(
        path: ["expressions", "try"],
        summary: "Evaluate a JSONata expression and show the value of each of its parts",
        arguments: [.init(name: "EXPR", summary: "The expression")],
        options: [
            .init(name: "data", value: "FILE", summary: "The input, a JSON file"), CommonOptions.json,
        ],
        run: { invocation in
            let text = invocation.arguments[0]
            let expression: Expression
            do throws(JSONataError) {
                expression = try Expression(text)
            } catch {
                let place = error.place(in: text).map { ", \($0)" } ?? ""
                throw CommandError("\(error.code)\(place): \(error.message)")
            }
            let input = try invocation.value("data").map { try JSONParser.parse(TextFile.read($0)) }
            let trace = ExpressionTracer(expression).trace(input)
            if !invocation.json {
                var table = Table("PLACE", "TIMES", "PART", "VALUE")
                for step in trace.steps {
                    let values = step.values.map { $0.map { JSONWriter.text(of: $0) } ?? "nothing" }
                    let more = step.count > values.count ? ", …" : ""
                    table.add(
                        "\(step.place.line):\(step.place.column)",
                        String(step.count),
                        step.expression,
                        values.joined(separator: ", ") + more
                    )
                }
                invocation.terminal.write(table.text(for: invocation.terminal) + "\n")
            }
            switch trace.result {
            case .success(let value):
                invocation.terminal.print(value.map { Terminal.harmless(JSONWriter.pretty($0)) } ?? "nothing")
                return .done
            case .failure(let error):
                let place = error.place(in: text).map { ", \($0)" } ?? ""
                throw CommandError("\(error.code)\(place): \(error.message)")
            }
        }
    )

    static let expressionsSuite = Command(
        path: ["expressions", "suite"],
        summary: "Run a folder of JSONata conformance cases",
        arguments: [.init(name: "DIR", summary: "A folder with groups/ and datasets/")],
        run: { invocation in
            let report = try JSONataSuite.run(directory: invocation.arguments[0])
            invocation.terminal.write(report.description)
            return report.failed == 0 ? .done : .failed
        }
    )
}
