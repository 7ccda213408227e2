import Basics
import JSON
import JSONata
import Tools

/// Projects a result with a JSONata expression before anybody reads it, so that a model sees ten fields instead of ten pages.
struct ResultProjection: Sendable {
    private let expression: Expression

    /// Half a second and a megabyte are more than a projection needs, and an expression comes from a model.
    private static let options: EvaluationOptions = {
        var limits = EvaluationLimits()
        limits.milliseconds = 500
        limits.resultBytes = 1 << 20
        return EvaluationOptions(limits: limits, allowsRandom: false)
    }()

    /// Compiles an expression, before its tool is called.
    ///
    /// - Throws: ``RouterError`` with code `invalid` that says where the expression is wrong.
    init(_ text: String) throws(RouterError) {
        do {
            expression = try Expression(text)
        } catch {
            let place = error.place(in: text).map { " (\($0))" } ?? ""
            throw RouterError(.invalid, "select is not a JSONata expression: \(error.message)\(place)", cause: error)
        }
    }

    /// The projected result; a failed one stays as it is.
    ///
    /// - Returns: The result, and why it is not projected when the expression failed: what a call did must not be lost.
    func apply(to result: ToolResult) -> (result: ToolResult, problem: String?) {
        guard !result.isError else { return (result, nil) }
        do {
            let value = try expression.evaluate(try JSONParser.parse(result.payload), options: Self.options)
            return (ToolResult(value ?? .null, origin: result.origin), nil)
        } catch let error as JSONataError {
            return (result, "select failed, so this is the whole result: \(error.message)")
        } catch {
            return (result, "select failed, so this is the whole result: \(error)")
        }
    }
}
