import Agents
import Basics
import JSON

extension RunExecution {
    /// Asks a model, and takes only an answer that is as the file wants it.
    ///
    /// Every reply is written down before it is looked at, so a crash never pays for it twice.
    func ask(_ step: Step, _ ask: AskStep, _ place: Place) async throws(RunStop) -> StepValue {
        let start = place.scope.now
        let data = try formula { () throws(WorkflowError) in try ask.data?.evaluate(place.scope) }
        let wanted = try formula { () throws(WorkflowError) in
            try AnswerRule(ask.output, scope: place.scope)
        }
        guard workflow.privacy.models != .none, await services.models.isAvailable(ask.model) else {
            return try await withoutModel(step, ask, place, wanted)
        }
        let prompt = try instructions(ask, place)
        var question = StepQuestion(
            instructions: prompt.text,
            message: AnswerRule.message(data: data),
            tools: ask.tools,
            user: run.user,
            run: run.id
        )
        question.model = ask.model ?? prompt.model
        question.temperature = prompt.temperature
        question.maxTokens = ask.output.maxTokens
        question.endpoint = run.endpoint
        let attempts = step.retry?.attempts ?? 3
        let backoff = Backoff(base: 1, limit: 60)
        var problem = StepFailure("no_answer", "the model gave no answer")
        for attempt in 1...max(1, attempts) {
            try control.check()
            let reply: StepAnswer
            do throws(RunStop) {
                reply = try await self.reply(to: question, attempt, step, place)
            } catch {
                guard case .failure(let failure) = error, failure.mayPass, attempt < attempts else {
                    guard case .failure(let failure) = error else { throw error }
                    throw try await failed(step, place, failure, since: start)
                }
                problem = failure
                await control.sleep(seconds: backoff.delay(attempt: attempt))
                continue
            }
            switch wanted.read(reply.text) {
            case .accepted(var value):
                value["model"] = .string(reply.model)
                try await note(step, place, .done, output: .object(value), subject: reply.model, since: start)
                return .value(.object(value))
            case .refused(let reasons):
                problem = StepFailure(
                    "bad_answer",
                    "the model's answer is not as the file wants it: \(reasons.joined(separator: "; "))"
                )
                question.message = AnswerRule.message(data: data, refused: reasons)
            }
        }
        throw try await failed(step, place, problem, since: start)
    }

    /// One reply of the model: the one that the journal has, or a new one.
    private func reply(
        to question: StepQuestion,
        _ attempt: Int,
        _ step: Step,
        _ place: Place
    ) async throws(RunStop) -> StepAnswer {
        let path = "\(step.path)#\(attempt)"
        if let kept = place.known[path]?.output, let text = kept["text"]?.string {
            return StepAnswer(text: text, model: kept["model"]?.string ?? "", tokens: kept["tokens"]?.integer ?? 0)
        }
        if let limit = workflow.limits.modelTokens, control.used.tokens >= limit {
            throw .failure(
                StepFailure("token_limit", "the run has used up its \(limit) tokens; raise limits.modelTokens")
            )
        }
        let started = services.clock.now()
        let answer: StepAnswer
        do throws(StepFailure) {
            answer = try await services.models.answer(question)
        } catch {
            throw .failure(error)
        }
        _ = control.use(answer.tokens, of: .tokens, limit: nil)
        let record = StepRecord(
            address: StepAddress(path: path, item: place.item),
            kind: "reply",
            subject: answer.model,
            state: .done,
            startedAt: started,
            endedAt: services.clock.now(),
            output: [
                "text": .string(answer.text), "model": .string(answer.model), "tokens": .integer(answer.tokens),
            ]
        )
        let charge = StepCharge(tokens: answer.tokens)
        try await stored { () async throws(WorkflowError) in
            try await self.journal.record(record, of: self.run.id, charge: charge)
        }
        return answer
    }

    private func withoutModel(
        _ step: Step,
        _ ask: AskStep,
        _ place: Place,
        _ wanted: AnswerRule
    ) async throws(RunStop) -> StepValue {
        let reason = workflow.privacy.models == .none ? "the file allows no model" : "no model is set up"
        guard let template = ask.template else {
            let failure = StepFailure(
                "no_model",
                "\(reason), and the step has no `template` to use instead; set SWITCHBOARD_MODEL and its key"
            )
            throw try await failed(step, place, failure)
        }
        let text = try formula { () throws(WorkflowError) in try template.text(place.scope) }
        var value = wanted.value(of: text)
        value["model"] = nil
        value["template"] = true
        services.report(.notice("\(reason), so the text is made from the file's template"), of: run.id)
        try await note(step, place, .done, output: .object(value), subject: "template")
        return .value(.object(value))
    }

    private func instructions(
        _ ask: AskStep,
        _ place: Place
    ) throws(RunStop) -> (text: String, model: String?, temperature: Double?) {
        switch ask.instructions {
        case .text(let template):
            let text = try formula { () throws(WorkflowError) in try template.text(place.scope) }
            return (text, nil, nil)
        case .file(_, let prompt):
            return (prompt.text, prompt.model, prompt.temperature)
        }
    }
}

extension StepFailure {
    /// Whether the same question may be answered a little later.
    fileprivate var mayPass: Bool { code == "model_busy" || code == "model_unreachable" }
}
