import Basics
import JSON
import Tools

/// Holds lookups against the tools that they name.
struct LookupCheck {
    /// The tools on offer by their names.
    let tools: [String: ToolkitTool]

    /// What is wrong with the lookup of a tool, with the place of each.
    func problems(of tool: ToolkitTool) -> [(place: JSONPointer, message: String)] {
        guard let rule = tool.lookup else { return [] }
        let name = tool.specification.name
        var problems: [(place: JSONPointer, message: String)] = []
        if !tool.specification.effect.isWrite {
            problems.append((rule.pointer, "\(name) changes nothing, so there is nothing to look up"))
        }
        guard let target = tools[rule.tool], target.specification.effect == .read else {
            let near = Similarity.nearest(to: rule.tool, among: tools.keys.sorted(), limit: 1).first
            let hint = near.map { "; did you mean \"\($0)\"?" } ?? ""
            problems.append(
                (rule.pointer.appending("tool"), "\"\(rule.tool)\" is not a tool on offer that only reads\(hint)")
            )
            return problems
        }
        for argument in rule.arguments where !target.arguments.contains(where: { $0.name == argument.name }) {
            let place = rule.pointer.appending("arguments").appending(argument.name)
            problems.append((place, "\(rule.tool) has no argument \"\(argument.name)\""))
        }
        for (position, same) in rule.same.enumerated() where !tool.arguments.contains(where: { $0.name == same }) {
            let place = rule.pointer.appending("same").appending(String(position))
            problems.append((place, "\(name) has no argument \"\(same)\""))
        }
        if tool.specification.effect == .create, tool.mark == nil {
            if rule.created == nil {
                problems.append(
                    (
                        rule.pointer,
                        "without a mark \"created\" must say where a record has its age: one that was there before is not "
                            + "what was written"
                    )
                )
            }
            if rule.same.isEmpty, rule.match == nil {
                problems.append((rule.pointer, "without a mark \"same\" or \"match\" must say which record it is"))
            }
        }
        return problems
    }
}
