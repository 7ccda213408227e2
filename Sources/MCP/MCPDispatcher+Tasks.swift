import JSON

extension MCPDispatcher {
    /// Tasks on a page of `tasks/list`.
    private static let pageSize = 50
    /// Seconds that `tasks/cancel` waits for the end of what is under way.
    private static let cancelPatience = 50.0

    /// Whether more than the reply may be said, or the reply takes long: then it gets a stream.
    func takesLong(_ message: MCPMessage) -> Bool {
        switch message.method {
        case "tasks/result", "tasks/cancel": return true
        case "tools/call":
            guard MCPProgress.token(message.meta) != nil, let name = message.params?["name"]?.string else {
                return false
            }
            return service.tasks?.startsTask(name) ?? false
        default: return false
        }
    }

    /// Whether a call is to go on as a task: since 2026-07-28 wherever the client knows the extension, in 2025-11-25 where
    /// it says so.
    ///
    /// - Throws: ``MCPFailure`` with code `methodNotFound` when a tool is to be one that cannot.
    func wantsTask(_ message: MCPMessage, _ tool: String, _ version: MCPVersion) throws(MCPFailure) -> Bool {
        if version.isModern {
            guard MCPDispatcher.declaresTasks(message), let tasks = service.tasks else { return false }
            return tasks.startsTask(tool)
        }
        guard version.hasCoreTasks, let wish = message.params?["task"], !wish.isNull, let tasks = service.tasks else {
            return false
        }
        guard wish.isObject else { throw .invalidParams("\"task\" must be an object") }
        guard tasks.startsTask(tool) else {
            throw MCPFailure(
                .methodNotFound,
                status: 200,
                "The tool \"\(MCPFailure.shortened(tool))\" does not run as a task; call it without \"task\""
            )
        }
        return true
    }

    /// The reply to a call that was to become a task.
    ///
    /// - Returns: Nil where the result can be given at once: there is no task, and the revision leaves that to the server.
    /// - Throws: ``MCPFailure`` where there is no task and the revision wants one.
    func taskReply(
        id: ArraySlice<UInt8>,
        _ result: MCPToolResult,
        _ version: MCPVersion
    ) async throws(MCPFailure) -> MCPReply? {
        guard let name = result.task, let task = await service.tasks?.task(name) else {
            if version.isModern { return nil }
            let text = result.text ?? result.structured.map { String(decoding: $0, as: UTF8.self) }
            throw .invalidParams(text ?? "The call did not become a task")
        }
        var created = task
        // A task begins as working; what has come of it since is for tasks/get.
        created.status = .working
        if version.isModern {
            var members: JSONObject = ["resultType": "task"]
            for member in created.members(version) { members[member.name] = member.value }
            members["_meta"] = resultMeta
            return MCPReply(id: id, result: JSONWriter.bytes(of: .object(members)))
        }
        let hint = "The call goes on as the task \(task.id). Its result is not there yet."
        let reply: JSONValue = [
            "task": .object(created.members(version)),
            "_meta": ["io.modelcontextprotocol/model-immediate-response": .string(hint)],
        ]
        return MCPReply(id: id, result: JSONWriter.bytes(of: reply))
    }

    // MARK: - The extension of 2026-07-28

    func modernTask(_ message: MCPMessage, id: ArraySlice<UInt8>) async throws(MCPFailure) -> MCPReply {
        guard ["tasks/get", "tasks/update", "tasks/cancel"].contains(message.method), let tasks = service.tasks else {
            throw .methodNotFound(message.method)
        }
        let name = try MCPDispatcher.taskID(message)
        guard MCPDispatcher.declaresTasks(message) else { throw .missingTasks }
        switch message.method {
        case "tasks/get":
            guard let task = await tasks.task(name) else { throw .unknownTask(name) }
            let capabilities = message.meta?[MCPMessage.MetaKey.capabilities]
            return await show(task, to: MCPElicitation.kinds(capabilities, .modern), tasks, id: id)
        case "tasks/update":
            guard let task = await tasks.task(name) else { throw .unknownTask(name) }
            guard let responses = message.params?["inputResponses"], responses.isObject else {
                throw .invalidParams("tasks/update must have \"inputResponses\", an object")
            }
            let answers = MCPDispatcher.answers(responses)
            for question in task.questions where answers[question.key] != nil { asked.add(question.key, of: name) }
        default:
            guard await tasks.task(name) != nil else { throw .unknownTask(name) }
            await tasks.cancelTask(name)
        }
        return MCPReply(id: id, result: JSONWriter.bytes(of: ["resultType": "complete", "_meta": resultMeta]))
    }

    /// A task with what is specific to its state.
    private func show(
        _ task: MCPTask,
        to kinds: Set<MCPElicitation.Kind>,
        _ tasks: any MCPTaskService,
        id: ArraySlice<UInt8>
    ) async -> MCPReply {
        var task = task
        var requests: JSONObject?
        if task.status == .inputRequired {
            let open = task.questions.filter { kinds.contains($0.kind) }
            let left = open.filter { !asked.contains($0.key, of: task.id) }
            if left.isEmpty, !open.isEmpty {
                // The client has done its part; the rest happens on the page.
                task.status = .working
            } else {
                requests = [:]
                for question in left {
                    requests?[question.key] = ["method": "elicitation/create", "params": question.params(.modern)]
                }
            }
        }
        var members: JSONObject = ["resultType": "complete"]
        for member in task.members(.modern) { members[member.name] = member.value }
        members["inputRequests"] = requests.map { .object($0) }
        members["_meta"] = resultMeta
        let head = JSONWriter.bytes(of: .object(members))
        guard task.status.isEnded, task.status != .cancelled, let result = await tasks.result(of: task.id) else {
            return MCPReply(id: id, result: head)
        }
        return MCPReply(id: id, room: head.count + (result.structured?.count ?? 0) * 2 + 256) { bytes in
            bytes += head.dropLast()
            bytes.append(#","result":"#)
            write(result, .modern, to: &bytes)
            bytes.append("}")
        }
    }

    private static func declaresTasks(_ message: MCPMessage) -> Bool {
        message.meta?[MCPMessage.MetaKey.capabilities]?["extensions"]?[MCPTask.extensionName]?.isObject == true
    }

    // MARK: - The experimental utility of 2025-11-25

    func legacyTask(
        _ message: MCPMessage,
        id: ArraySlice<UInt8>,
        version: MCPVersion,
        link: MCPClientLink?
    ) async throws(MCPFailure) -> MCPReply {
        guard version.hasCoreTasks, let tasks = service.tasks else { throw .methodNotFound(message.method) }
        switch message.method {
        case "tasks/list":
            let cursor = message.params?["cursor"]
            guard cursor?.isNull != false || cursor?.string != nil else {
                throw .invalidParams("\"cursor\" must be a string")
            }
            let last = cursor?.string
            if let last, await tasks.task(last) == nil { throw .invalidParams("The cursor is not of this list") }
            let found = await tasks.tasks(after: last, limit: MCPDispatcher.pageSize + 1)
            let page = found.prefix(MCPDispatcher.pageSize)
            var result: JSONObject = ["tasks": .array(page.map { .object($0.members(version)) })]
            if found.count > page.count { result["nextCursor"] = page.last.map { .string($0.id) } }
            return MCPReply(id: id, result: JSONWriter.bytes(of: .object(result)))
        case "tasks/get":
            let name = try MCPDispatcher.taskID(message)
            guard let task = await tasks.task(name) else { throw .unknownTask(name) }
            return MCPReply(id: id, result: JSONWriter.bytes(of: .object(task.members(version))))
        case "tasks/cancel":
            let name = try MCPDispatcher.taskID(message)
            guard let task = await tasks.task(name) else { throw .unknownTask(name) }
            guard !task.status.isEnded else {
                throw .invalidParams("The task \"\(name)\" is \(task.status.rawValue), so it cannot be cancelled")
            }
            await tasks.cancelTask(name)
            let ended = await MCPDispatcher.end(of: name, tasks) ?? task
            return MCPReply(id: id, result: JSONWriter.bytes(of: .object(ended.members(version))))
        case "tasks/result":
            return try await taskResult(try MCPDispatcher.taskID(message), tasks, version, link, id: id)
        default: throw .methodNotFound(message.method)
        }
    }

    /// Waits for the end of a task, and asks meanwhile what the person at the client can be asked.
    private func taskResult(
        _ name: String,
        _ tasks: any MCPTaskService,
        _ version: MCPVersion,
        _ link: MCPClientLink?,
        id: ArraySlice<UInt8>
    ) async throws(MCPFailure) -> MCPReply {
        guard await tasks.task(name) != nil else { throw .unknownTask(name) }
        var questions: [Task<Void, Never>] = []
        defer { for question in questions { question.cancel() } }
        for await task in tasks.states(of: name) {
            if task.status.isEnded, let result = await tasks.result(of: name) {
                return MCPReply(id: id, room: (result.structured?.count ?? 0) * 2 + 512) { bytes in
                    write(result, version, task: name, to: &bytes)
                }
            }
            guard let link else { continue }
            for question in task.questions where link.kinds.contains(question.kind) {
                guard asked.add(question.key, of: name) else { continue }
                questions.append(
                    Task {
                        let answer = await link.ask(question, version, task: name)
                        if question.kind == .url, answer.action == .accept { link.finished(question.key) }
                    }
                )
            }
        }
        throw MCPFailure(.internalError, status: 200, "The task goes on; ask again for its result")
    }

    /// The task when it has ended, or as it is when that takes too long.
    private static func end(of name: String, _ tasks: any MCPTaskService) async -> MCPTask? {
        let watching = Task {
            var last: MCPTask?
            for await task in tasks.states(of: name) {
                last = task
                if task.status.isEnded { break }
            }
            return last
        }
        let timer = Task {
            try await Task.sleep(for: .milliseconds(Int64(cancelPatience * 1000)))
            watching.cancel()
        }
        defer { timer.cancel() }
        return await withTaskCancellationHandler {
            await watching.value
        } onCancel: {
            watching.cancel()
        }
    }

    private static func taskID(_ message: MCPMessage) throws(MCPFailure) -> String {
        guard let name = message.params?["taskId"]?.string else {
            throw .invalidParams("\(message.method) must have the \"taskId\" of a task")
        }
        return name
    }
}
