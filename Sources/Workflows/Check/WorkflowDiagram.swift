package import Tools

/// Draws a workflow as a Mermaid flowchart.
package struct WorkflowDiagram: Sendable {
    private let workflow: Workflow
    private let catalog: ToolCatalog

    package init(_ workflow: Workflow, catalog: ToolCatalog) {
        self.workflow = workflow
        self.catalog = catalog
    }

    /// The flowchart; writes have the class `write`.
    package var mermaid: String {
        var drawing = Drawing(catalog: catalog)
        drawing.lines = ["flowchart TD", "  start([\"\(Drawing.escaped(workflow.title))\"])"]
        let ends = drawing.draw(workflow.steps, from: [Drawing.End(node: "start")])
        if !ends.isEmpty {
            drawing.lines.append("  finish([\"end\"])")
            drawing.join(ends, "finish")
        }
        drawing.lines.append("  classDef write stroke:#b00,stroke-width:3px")
        return drawing.lines.joined(separator: "\n") + "\n"
    }

    private struct Drawing {
        /// An arrow that has yet to arrive somewhere.
        struct End {
            var node: String
            var label: String?
        }

        let catalog: ToolCatalog
        var lines: [String] = []

        init(catalog: ToolCatalog) {
            self.catalog = catalog
        }

        mutating func draw(_ steps: [Step], from start: [End]) -> [End] {
            var ends = start
            for step in steps { ends = draw(step, from: ends) }
            return ends
        }

        private mutating func draw(_ step: Step, from start: [End]) -> [End] {
            let node = Drawing.name(step.path)
            var ends = start
            var passing: [End] = []
            if let condition = step.condition {
                add(node + "_if", "{", condition.text, "}", from: ends)
                ends = [End(node: node + "_if", label: "yes")]
                passing = [End(node: node + "_if", label: "no")]
            }
            switch step.kind {
            case .choose(let choice): ends = draw(choice, node, from: ends)
            case .forEach(let loop):
                add(node, "[/", "for each \(loop.variable) of \(loop.list.text)", "/]", from: ends)
                lines.append("  subgraph \(node)_items [\"each \(loop.variable)\"]")
                _ = draw(loop.steps, from: [End(node: node, label: "item")])
                lines.append("  end")
                ends = [End(node: node, label: "all done")]
            case .parallel(let parallel):
                add(node, "[[", step.id ?? "at the same time", "]]", from: ends)
                ends = parallel.branches.flatMap { branch in
                    draw(branch.steps.filter { $0.kind.key != "return" }, from: [End(node: node, label: branch.name)])
                }
            case .give, .fail:
                add(node, "([", WorkflowOutline.sentence(step, catalog: catalog), "])", from: ends)
                ends = []
            case .approve: add(node, "{{", WorkflowOutline.sentence(step, catalog: catalog), "}}", from: ends)
            default: add(node, "[", title(step), "]", from: ends)
            }
            if case .call(let call) = step.kind, catalog[call.tool]?.effect.isWrite == true {
                lines.append("  class \(node) write")
            }
            switch step.kind {
            case .give, .fail, .choose, .forEach, .parallel: break
            default: ends = [End(node: node)]
            }
            return ends + passing
        }

        private mutating func draw(_ choice: ChooseStep, _ node: String, from start: [End]) -> [End] {
            var ends: [End] = []
            var open = start
            for (position, branch) in choice.branches.enumerated() {
                if let condition = branch.condition {
                    let diamond = "\(node)_\(position)"
                    add(diamond, "{", condition.text, "}", from: open)
                    ends += draw(branch.steps, from: [End(node: diamond, label: "yes")])
                    open = [End(node: diamond, label: "no")]
                } else {
                    ends += draw(branch.steps, from: open)
                    open = []
                }
            }
            return ends + open
        }

        private func title(_ step: Step) -> String {
            let sentence = WorkflowOutline.sentence(step, catalog: catalog)
            return step.id.map { "\($0): \(sentence)" } ?? sentence
        }

        private mutating func add(_ node: String, _ open: String, _ text: String, _ close: String, from ends: [End]) {
            let short = text.count <= 80 ? text : String(text.prefix(79)) + "…"
            lines.append("  \(node)\(open)\"\(Drawing.escaped(short))\"\(close)")
            join(ends, node)
        }

        mutating func join(_ ends: [End], _ node: String) {
            for end in ends { lines.append("  \(end.node) -->\(end.label.map { "|\($0)| " } ?? " ")\(node)") }
        }

        private static func name(_ path: String) -> String {
            String(path.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        }

        /// Text for a label in quotes: Mermaid reads HTML in it, and entities start with `#`.
        static func escaped(_ text: String) -> String {
            var escaped = ""
            for character in text {
                switch character {
                case "\"": escaped += "#quot;"
                case "<": escaped += "#lt;"
                case ">": escaped += "#gt;"
                case "#": escaped += "#35;"
                case "`": escaped += "#96;"
                case "\n", "\r\n", "\r": escaped += " "
                default: escaped.append(character)
                }
            }
            return escaped
        }
    }
}
