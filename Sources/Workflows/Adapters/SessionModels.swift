import Agents
package import Basics
package import LanguageModels
import Tools

/// Asks language models for steps: an agent's turn with the prompt of the step, its tools and its limits.
package struct SessionModels: StepModels {
    private let resolve: @Sendable (String?) async -> (any LanguageModel)?
    private let tools: any StepTools
    private let clock: any WallClock

    /// - Parameters:
    ///   - resolve: The model of a spec, or the default one; nil where there is none.
    ///   - tools: What steps that name tools choose from.
    ///   - clock: The day that models are told.
    package init(
        tools: any StepTools,
        clock: any WallClock,
        resolve: @escaping @Sendable (String?) async -> (any LanguageModel)?
    ) {
        self.resolve = resolve
        self.tools = tools
        self.clock = clock
    }

    package func isAvailable(_ spec: String?) async -> Bool { await resolve(spec) != nil }

    package func answer(_ question: StepQuestion) async throws(StepFailure) -> StepAnswer {
        guard let model = await resolve(question.model) else {
            throw StepFailure("no_model", "there is no model \(question.model ?? "") to ask")
        }
        var agent = Agent(
            name: "step",
            description: "Answers one step of a run.",
            instructions: question.instructions,
            temperature: question.temperature,
            toolNames: question.tools
        )
        agent.limits.maximumOutputTokens = question.maxTokens
        let session: AgentSession
        do throws(AgentError) {
            session = try AgentSession(
                agent: agent,
                model: model,
                tools: StepToolProvider(source: tools, question: question),
                user: question.user,
                clock: clock
            )
        } catch {
            throw StepFailure("tool_not_found", "\(error)")
        }
        let outcome = await session.send(question.message)
        switch outcome.reason {
        case .answered, .maximumToolIterations, .maximumToolCalls:
            return StepAnswer(text: outcome.text, model: model.name, tokens: outcome.usage.totalTokens)
        case .failed:
            let passing: Set<String> = [
                ModelError.Code.rateLimited.rawValue, ModelError.Code.unavailable.rawValue,
                ModelError.Code.connectionFailed.rawValue, ModelError.Code.timeout.rawValue,
                ModelError.Code.interrupted.rawValue,
            ]
            let code = outcome.errorCode?.rawValue ?? "model_failed"
            throw StepFailure(
                passing.contains(code) ? "model_busy" : code,
                outcome.explanation ?? "the model \(model.name) failed"
            )
        case .maximumTotalTokens, .maximumSeconds, .outputLimit, .contentFilter, .refusal, .emptyAnswer, .cancelled:
            throw StepFailure(
                "no_answer",
                "the model \(model.name) gave no whole answer (\(outcome.reason.rawValue))"
                    + (outcome.explanation.map { ": \($0)" } ?? "")
            )
        }
    }
}

/// The tools that a step lets its model call; each call counts as the run's.
private struct StepToolProvider: ToolProvider {
    let source: any StepTools
    let question: StepQuestion

    var tools: [ToolSpecification] { question.tools.compactMap { source.tool($0, endpoint: question.endpoint) } }

    func call(_ call: ToolCall) async -> ToolResult {
        var call = call
        call.context.run = question.run
        return await source.call(call, endpoint: question.endpoint)
    }
}
