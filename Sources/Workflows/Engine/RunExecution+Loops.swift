import Basics
import JSON

extension RunExecution {
    /// Runs steps for each item of a list, several items at a time.
    ///
    /// The list is written down before the first item is worked on, and each item's outcome as it comes; what is in memory
    /// is the list itself, keys and counts.
    func loop(
        _ step: Step,
        _ loop: ForEachStep,
        _ place: Place,
        _ record: StepRecord?
    ) async throws(RunStop) -> StepValue {
        let address = address(step, place)
        let started = place.scope.now
        if record?.state == .done { return try await outcome(of: address) }
        var values: [String: JSONValue] = [:]
        if record == nil || isShadow {
            let items = try await list(step, loop, place)
            for item in items { values[item.key] = item.value }
            if isShadow { return try await shadow(loop, items, place) }
            try await stored { () async throws(WorkflowError) in
                try await self.journal.addItems(items, at: address, of: self.run.id)
            }
            // From here on the list that was written down counts, whatever the formula would give now.
            try await note(step, place, .waiting, output: ["items": .integer(items.count)], since: started)
        }
        let records = try await stored { () async throws(WorkflowError) in
            try await self.journal.items(at: address, of: self.run.id)
        }
        var progress = LoopProgress(records, stopAfterFailures: loop.stopAfterFailures)
        services.report(.progress(path: step.path, counts: progress.counts), of: run.id)
        let fresh = record == nil && !isContinued
        let stop = await withTaskGroup(of: (ItemRecord, RunStop?).self) { group -> RunStop? in
            var stop: RunStop?
            func startNext() {
                guard stop == nil, let next = progress.next() else { return }
                let value = values.removeValue(forKey: next.key)
                group.addTask {
                    await self.item(next.key, next.index, value, step, loop, place, isFresh: fresh)
                }
            }
            for _ in 0..<loop.concurrency { startNext() }
            while let (item, stopped) = await group.next() {
                if let stopped {
                    stop = RunExecution.first(stop, stopped)
                    // Others may go on where one item only waits.
                    if case .suspended = stopped { startNextUnlessStopping() }
                    continue
                }
                progress.take(item)
                services.report(.progress(path: step.path, counts: progress.counts), of: run.id)
                startNext()
            }
            func startNextUnlessStopping() {
                let held = stop
                stop = nil
                startNext()
                stop = held
            }
            return stop
        }
        if let stop { throw stop }
        if progress.hasStopped {
            let counts = progress.counts
            let failure = StepFailure(
                "too_many_failures",
                "\(counts.failed + counts.unknown) items failed, so the other \(counts.pending) were not begun; see "
                    + "which with `switchboard runs show \(run.id)`, mend the cause, then `switchboard runs redrive \(run.id)`"
            )
            throw try await failed(step, place, failure, since: started)
        }
        try await note(step, place, .done, since: started)
        return try await outcome(of: address)
    }

    /// The items with their keys, checked.
    private func list(
        _ step: Step,
        _ loop: ForEachStep,
        _ place: Place
    ) async throws(RunStop) -> [(key: String, value: JSONValue)] {
        var items: [(key: String, value: JSONValue)] = []
        var seen: Set<String> = []
        let values = try formula { () throws(WorkflowError) in try loop.list.list(place.scope) }
        guard values.count <= loop.maxItems else {
            let failure = StepFailure("too_many", "\(values.count) items, and the file allows \(loop.maxItems)")
            throw try await failed(step, place, failure)
        }
        items.reserveCapacity(values.count)
        var scope = place.scope
        for (index, value) in values.enumerated() {
            scope.bindings[loop.variable] = value
            scope.bindings["index"] = .integer(index)
            let key = try formula { () throws(WorkflowError) in Template.text(of: try loop.key.evaluate(scope)) }
            guard !key.isEmpty, seen.insert(key).inserted else {
                let failure = StepFailure(
                    key.isEmpty ? "no_key" : "duplicate_key",
                    key.isEmpty
                        ? "item \(index) has no key; `key` must give a text for each item"
                        : "two items have the key '\(key)'; choose a key that tells them apart"
                )
                throw try await failed(step, place, failure)
            }
            items.append((key, value))
        }
        return items
    }

    /// Works on one item.
    private func item(
        _ key: String,
        _ index: Int,
        _ value: JSONValue?,
        _ step: Step,
        _ loop: ForEachStep,
        _ place: Place,
        isFresh: Bool
    ) async -> (ItemRecord, RunStop?) {
        var record = ItemRecord(key: key)
        let address = address(step, place)
        do throws(RunStop) {
            try control.check()
            var own = Place(item: StepAddress.item(place.item, key), scope: place.scope)
            if !isFresh {
                let item = own.item
                own.known = try await stored { () async throws(WorkflowError) in
                    try await self.journal.steps(of: self.run.id, item: item)
                }
            }
            if let value {
                own.scope.bindings[loop.variable] = value
            } else {
                own.scope.bindings[loop.variable] = try await stored { () async throws(WorkflowError) in
                    try await self.journal.value(ofItem: key, at: address, of: self.run.id)
                }
            }
            own.scope.bindings["index"] = .integer(index)
            do throws(RunStop) {
                if case .gave(let value) = try await block(loop.steps, &own) { record.output = value.json }
                record.state = .done
            } catch {
                guard case .failure(let failure) = error else { throw error }
                record.failure = failure
                record.state = failure.isUnknown ? .unknown : .failed
            }
            let finished = record
            try await stored { () async throws(WorkflowError) in
                try await self.journal.finish(finished, at: address, of: self.run.id)
            }
            return (record, nil)
        } catch {
            return (record, error)
        }
    }

    /// What a loop gives: its items, and those that succeeded, failed, or are not known.
    private func outcome(of address: StepAddress) async throws(RunStop) -> StepValue {
        let records = try await stored { () async throws(WorkflowError) in
            try await self.journal.items(at: address, of: self.run.id)
        }
        return RunExecution.outcome(of: records)
    }

    static func outcome(of records: [ItemRecord]) -> StepValue {
        var lists: [ItemRecord.State: [JSONValue]] = [:]
        var all: [JSONValue] = []
        all.reserveCapacity(records.count)
        for record in records {
            var object: JSONObject = [
                "key": .string(record.key), "status": .string(record.state == .done ? "ok" : record.state.rawValue),
            ]
            if let output = record.output { object["output"] = output }
            if let failure = record.failure {
                object["error"] = .string(failure.message)
                object["code"] = .string(failure.code)
                if let write = failure.write { object["write"] = .string(write) }
            }
            all.append(.object(object))
            lists[record.state, default: []].append(.object(object))
        }
        return .value([
            "items": .array(all), "succeeded": .array(lists[.done] ?? []), "failed": .array(lists[.failed] ?? []),
            "unknown": .array(lists[.unknown] ?? []),
        ])
    }

    /// What the loop would give now, without writing anything down.
    private func shadow(
        _ loop: ForEachStep,
        _ items: [(key: String, value: JSONValue)],
        _ place: Place
    ) async throws(RunStop) -> StepValue {
        var records: [ItemRecord] = []
        for (index, item) in items.enumerated() {
            var own = Place(item: StepAddress.item(place.item, item.key), scope: place.scope)
            let inner = own.item
            own.known = try await stored { () async throws(WorkflowError) in
                try await self.journal.steps(of: self.run.id, item: inner)
            }
            own.scope.bindings[loop.variable] = item.value
            own.scope.bindings["index"] = .integer(index)
            var record = ItemRecord(key: item.key, state: .done)
            do throws(RunStop) {
                if case .gave(let value) = try await block(loop.steps, &own) { record.output = value.json }
            } catch {
                guard case .failure(let failure) = error else { throw error }
                record.failure = failure
                record.state = failure.isUnknown ? .unknown : .failed
            }
            records.append(record)
        }
        return RunExecution.outcome(of: records)
    }

    /// Which of two reasons to stop counts: a request of somebody before a wait, and the nearer wait before the later.
    static func first(_ a: RunStop?, _ b: RunStop) -> RunStop {
        switch (a, b) {
        case (nil, _): b
        case (.suspended(let x)?, .suspended(let y)):
            switch (x.until, y.until) {
            case (let x?, let y?): x <= y ? .suspended(a.wait ?? .time(x)) : b
            case (nil, _?): b
            default: .suspended(x)
            }
        case (.suspended?, _): b
        case (let a?, _): a
        }
    }
}

extension Optional where Wrapped == RunStop {
    fileprivate var wait: RunWait? {
        if case .suspended(let wait)? = self { wait } else { nil }
    }
}
