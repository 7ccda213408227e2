import Basics
import JSON
import LanguageModels
import Tools

/// What to do about a call that a model wants: run it, or tell the model what is wrong with it.
enum ToolCallPlan {
    case run(ModelToolCall, ToolCall)
    case refuse(ModelToolCall, ToolResult)

    /// Checks a model's call: the tool must be on offer and the arguments one JSON object.
    init(_ call: ModelToolCall, offered: [ToolSpecification], user: String) {
        guard offered.contains(where: { $0.name == call.name }) else {
            let nearest = Similarity.nearest(to: call.name, among: offered.map(\.name), limit: 3)
            let known = nearest.isEmpty ? offered.prefix(8).map(\.name) : nearest
            let hint = nearest.isEmpty ? "Known are" : "Did you mean"
            self = .refuse(
                call,
                .failure(
                    "unknown_tool",
                    "There is no tool '\(call.name)'. \(hint) \(known.joined(separator: ", "))\(nearest.isEmpty ? "." : "?")",
                    details: ["suggestions": .array(known.map { .string($0) })]
                )
            )
            return
        }
        do throws(JSONError) {
            let value = try JSONParser.parse(call.arguments)
            guard let arguments = value.object else {
                self = .refuse(
                    call,
                    .failure(
                        "invalid_arguments",
                        "The arguments of \(call.name) must be one JSON object, not \(value.typeName). Nothing was run."
                    )
                )
                return
            }
            self = .run(call, ToolCall(tool: call.name, arguments: arguments, user: user, origin: .model))
        } catch {
            self = .refuse(
                call,
                .failure(
                    "invalid_arguments",
                    "The arguments of \(call.name) are not valid JSON (\(error)). Nothing was run; send one JSON object."
                )
            )
        }
    }
}
