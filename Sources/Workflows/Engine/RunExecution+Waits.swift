import Basics
import Cryptography
import JSON

extension RunExecution {
    // MARK: - Time and signals

    /// Waits for a time or a signal; nothing of the run is in memory meanwhile.
    func wait(_ step: Step, _ wait: WaitStep, _ place: Place, _ record: StepRecord?) async throws(RunStop) -> StepValue
    {
        if run.isPreview {
            try await note(step, place, .done)
            return .nothing
        }
        let now = services.wall.now()
        let until: Timestamp
        if let kept = record?.output?["until"]?.string.flatMap({ Timestamp(iso8601: $0) }) {
            until = kept
        } else {
            until = try end(of: wait, place, now)
            try await note(step, place, .waiting, output: ["until": .string(until.iso8601)])
        }
        guard case .signal(let name, _) = wait else {
            guard until <= now else { throw .suspended(.time(until)) }
            try await note(step, place, .done)
            return .nothing
        }
        let payload = try await stored { () async throws(WorkflowError) in
            try await self.journal.signal(name, for: self.run.id)
        }
        if let payload {
            try await note(step, place, .done, output: payload, subject: name)
            return .value(payload)
        }
        guard until > now else {
            let failure = StepFailure("timeout", "the signal '\(name)' has not come until \(until.iso8601)")
            throw try await failed(step, place, failure, subject: name)
        }
        throw .suspended(.signal(name: name, until: until))
    }

    private func end(of wait: WaitStep, _ place: Place, _ now: Timestamp) throws(RunStop) -> Timestamp {
        switch wait {
        case .duration(let duration), .signal(_, let duration):
            return now.adding(seconds: Double(duration.seconds))
        case .until(let formula):
            let value = try self.formula { () throws(WorkflowError) in try formula.evaluate(place.scope) }
            if let text = value?.string, let instant = Timestamp(iso8601: text) { return instant }
            if let number = value?.integer { return Timestamp(milliseconds: Int64(number)) }
            throw .failure(
                StepFailure(
                    "expression",
                    "`until` must give a time as ISO 8601 text or in milliseconds: \(formula.text)"
                )
            )
        }
    }

    // MARK: - Approvals

    /// Waits for a person's decision on an exact plan.
    ///
    /// After the decision the plan is made anew from what the other side says then: rows that nobody has seen stop the run,
    /// rows that are gone are told.
    func approve(
        _ step: Step,
        _ approval: ApproveStep,
        _ place: Place,
        _ record: StepRecord?
    ) async throws(RunStop) -> StepValue {
        let rows = try plan(approval, place)
        if let target = shadowTarget, target == step.path { throw .planned(rows) }
        if run.isPreview {
            let value: JSONValue = ["decision": "preview", "rows": .integer(rows.count)]
            try await note(step, place, .done, output: value)
            return .value(value)
        }
        let id: String
        if let kept = record?.output?["approval"]?.string {
            id = kept
        } else {
            let question = try question(approval, rows, place)
            id = try await stored { () async throws(WorkflowError) in try await self.services.approvals.ask(question) }
            FaultPoint.reach("after-ask")
            let waiting: JSONValue = [
                "approval": .string(id), "until": .string(question.expires.iso8601), "rows": .integer(rows.count),
            ]
            try await note(step, place, .waiting, output: waiting, subject: id)
            services.report(.notice("waits for the approval \(id): \(question.title)"), of: run.id)
        }
        let until = record?.output?["until"]?.string.flatMap { Timestamp(iso8601: $0) }
        let decision = try await stored { () async throws(WorkflowError) in
            try await self.services.approvals.decision(id)
        }
        switch decision {
        case .pending:
            let end = until ?? services.wall.now().adding(seconds: Double(approval.expires.seconds))
            throw .suspended(.approval(id: id, until: end))
        case .approved(let by, let at, let comment):
            var value: JSONObject = [
                "decision": "approved", "by": .string(by), "at": .string(at.iso8601), "approval": .string(id),
            ]
            if let comment { value["comment"] = .string(comment) }
            if place.item.isEmpty, !isShadow {
                let gone = try await compare(rows, with: try await plannedNow(step), id, step, place)
                if !gone.isEmpty { value["gone"] = .array(gone) }
            }
            try await note(step, place, .done, output: .object(value), subject: id)
            return .value(.object(value))
        case .rejected(let by, _, let comment):
            let why = comment.map { ": \($0)" } ?? ""
            throw try await failed(step, place, StepFailure("rejected", "\(by) rejected it\(why)"), subject: id)
        case .expired:
            guard approval.onExpire == .fail else { throw .cancelled }
            throw try await failed(step, place, StepFailure("expired", "nobody decided in time"), subject: id)
        }
    }

    private func plan(_ approval: ApproveStep, _ place: Place) throws(RunStop) -> [JSONValue] {
        guard let plan = approval.plan else { return [] }
        return try formula { () throws(WorkflowError) in try plan.list(place.scope) }
    }

    private func question(
        _ approval: ApproveStep,
        _ rows: [JSONValue],
        _ place: Place
    ) throws(RunStop) -> RunQuestion {
        try formula { () throws(WorkflowError) in
            RunQuestion(
                run: run.id,
                requester: run.actor,
                endpoint: run.endpoint,
                title: try approval.title.text(place.scope),
                body: try approval.body?.text(place.scope),
                plan: rows,
                from: approval.from,
                separateFromRequester: approval.separateFromRequester,
                expires: services.wall.now().adding(seconds: Double(approval.expires.seconds))
            )
        }
    }

    /// What the plan of an approval would be now.
    private func plannedNow(_ step: Step) async throws(RunStop) -> [JSONValue] {
        let shadow = RunExecution(
            run: run,
            workflow: workflow,
            services: services,
            control: control,
            shadowTarget: step.path
        )
        do throws(RunStop) {
            _ = try await shadow.execute()
        } catch {
            guard case .planned(let rows) = error else { throw error }
            return rows
        }
        // The way to the step is another one now, so nothing of what was approved would be asked for.
        return []
    }

    /// Stops the run when the plan has grown.
    ///
    /// - Returns: The rows that are gone.
    private func compare(
        _ approved: [JSONValue],
        with now: [JSONValue],
        _ id: String,
        _ step: Step,
        _ place: Place
    ) async throws(RunStop) -> [JSONValue] {
        let known = Set(approved)
        let new = now.filter { !known.contains($0) }
        guard new.isEmpty else {
            let shown = new.prefix(20).map { JSONWriter.text(of: $0) }.joined(separator: "\n")
            let more = new.count > 20 ? "\n… and \(new.count - 20) more" : ""
            let failure = StepFailure(
                "plan_grew",
                "since the approval \(id) the plan has \(new.count) rows that nobody has approved; nothing was done. "
                    + "Start a run anew to ask for all of them. New:\n\(shown)\(more)"
            )
            throw try await failed(step, place, failure, subject: id)
        }
        let still = Set(now)
        return approved.filter { !still.contains($0) }
    }

    // MARK: - Other runs

    /// Runs another workflow, and waits for it unless the file says otherwise.
    func child(_ step: Step, _ child: RunStep, _ place: Place, _ record: StepRecord?) async throws(RunStop) -> StepValue
    {
        let input = try formula { () throws(WorkflowError) in try child.input.evaluate(place.scope)?.object ?? [:] }
        // The same step of the same run always means the same child, so a crash cannot start it twice.
        let id = run.id + "." + Hex.encode(SHA256.hash("\(address(step, place))").prefix(5))
        let request = RunRequest(
            workflow: child.workflow,
            input: record?.output?["input"]?.object ?? input,
            user: run.user,
            actor: run.actor,
            // What a model wished for stays that, also where it goes on in another run.
            trigger: run.isWishOfModel ? run.trigger : "run",
            isPreview: run.isPreview,
            connections: run.connections,
            endpoint: run.endpoint,
            parent: run.id
        )
        let started: RunRecord
        do throws(WorkflowError) {
            started = try await services.children.start(id, request)
        } catch {
            if error.code == "storage" { throw .suspended(.time(services.wall.now().adding(seconds: 10))) }
            throw try await failed(step, place, StepFailure(error.code, error.message), subject: id)
        }
        if child.isDetached {
            try await note(step, place, .done, output: ["run": .string(id)], subject: id)
            return .value(["run": .string(id)])
        }
        if record == nil {
            try await note(step, place, .waiting, output: ["run": .string(id), "input": .object(input)], subject: id)
        }
        switch started.state {
        case .done:
            try await note(step, place, .done, output: started.result, subject: id)
            return StepValue(started.result)
        case .failed, .cancelled:
            let failure = started.failure ?? StepFailure("cancelled", "the run \(id) was cancelled")
            throw try await failed(step, place, failure, subject: id)
        case .ready, .running, .waiting, .paused, .cancelling:
            throw .suspended(.run(id: id))
        }
    }
}
