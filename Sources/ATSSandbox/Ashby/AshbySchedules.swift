import Basics
import JSON

extension AshbyCatalog {
    /// Interviews that are planned, moved and called off.
    static let schedules: [AshbyOperation] = [
        .init(
            "interviewSchedule.create",
            "interviewsWrite",
            [.id("applicationId"), .init("interviewEvents", .list(.object), required: true)]
        ) { (call) throws(AshbyFailure) in
            let owner = try call.row("applications", "applicationId", "application")
            let given = call.arguments["interviewEvents"]?.array ?? []
            guard !given.isEmpty else { throw .invalid("interviewEvents", "needs one event or more") }
            var events: [JSONValue] = []
            for item in given { events.append(try event(item, nil, events.count, call)) }
            let row = call.add(
                [
                    "applicationId": .string(owner.id), "interviewStageId": owner["interviewStageId"],
                    "status": "Scheduled", "scheduledById": .string(call.actor), "events": .array(events),
                    "isOwn": true,
                ],
                to: "schedules"
            )
            return .object(call.schedule(row))
        },
        .init(
            "interviewSchedule.update",
            "interviewsWrite",
            [
                .id("interviewScheduleId"), .init("interviewEvent", .any), .init("interviewEventIdToCancel", .any),
                .init("allowFeedbackDeletion", .boolean),
            ]
        ) { (call) throws(AshbyFailure) in
            var row = try call.row("schedules", "interviewScheduleId", "interview_schedule")
            // Only the key that made a schedule may change it.
            guard row["isOwn"] == true else {
                throw .invalid("interviewScheduleId", "the schedule was not made by this API key")
            }
            guard row.text("status") != "Cancelled" else {
                throw .invalid("interviewScheduleId", "the schedule is cancelled")
            }
            var events = call.events(of: row)
            let sent = call.arguments["interviewEvent"]
            for item in sent?.array ?? sent.map({ [$0] }) ?? [] {
                guard let id = item["interviewEventId"]?.string else {
                    events.append(try event(item, nil, events.count, call))
                    continue
                }
                guard let position = events.firstIndex(where: { $0["id"]?.string == id.lowercased() }) else {
                    throw .notFound("interview_event")
                }
                events[position] = try event(item, events[position], position, call)
            }
            let gone = call.arguments["interviewEventIdToCancel"]
            for id in gone?.array ?? gone.map({ [$0] }) ?? [] {
                guard let position = events.firstIndex(where: { $0["id"] == id }) else {
                    throw .notFound("interview_event")
                }
                if events[position]["hasFeedback"] == true, !call.arguments.flag("allowFeedbackDeletion") {
                    throw .invalid("allowFeedbackDeletion", "the event has feedback, which would be deleted")
                }
                events.remove(at: position)
            }
            keep(events, in: &row)
            if events.isEmpty { row["status"] = "Cancelled" }
            call.save(row, in: "schedules")
            return .object(call.store["schedules"][row.id].map { call.schedule($0) } ?? .null)
        },
        .change(
            "interviewSchedule.cancel",
            "interviewsWrite",
            "id",
            "schedules",
            "interview_schedule",
            [.init("allowReschedule", .boolean)],
            render: { $0.schedule($1) }
        ) { (row, call) throws(AshbyFailure) in
            row["status"] = call.arguments.flag("allowReschedule") ? "NeedsScheduling" : "Cancelled"
            keep([], in: &row)
        },
        .init(
            "interviewEvent.list",
            "interviewsRead",
            AshbyOperation.paging + [
                .init("createdAfter", .integer), .id("interviewScheduleId"), .init("expand", .words(["interview"])),
            ]
        ) { (call) throws(AshbyFailure) in
            let row = try call.row("schedules", "interviewScheduleId", "interview_schedule")
            let events = call.events(of: row).map { event in
                var event = call.event(event, row)
                if call.arguments["expand"] == nil { event["interview"] = nil }
                return event
            }
            return .page(events, next: nil, sync: nil)
        },
        .init(
            "interviewBriefing.info",
            "interviewsRead",
            [
                .id("interviewEventId"),
                .init(
                    "expand",
                    .words([
                        "feedbackFormDefinition", "application", "candidate", "job", "interview", "interviewers",
                    ])
                ),
            ]
        ) { (call) throws(AshbyFailure) in
            let rows = call.store["schedules"].listed(now: call.now.milliseconds)
            let id = call.arguments["interviewEventId"]
            for row in rows where call.isVisible(row, "schedules") {
                guard let event = call.events(of: row).first(where: { $0["id"] == id }) else { continue }
                return .object(call.briefing(event, row))
            }
            throw .notFound("interview_event")
        },
        .whole("interviewStageGroup.list", "interviewsRead", "stageGroups") {
            $0.untimed("stageGroups", $1.id)
        },
    ]

    private static func keep(_ events: [JSONValue], in row: inout Row) {
        row["eventId"] = .null
        row["events"] = .array(events)
    }

    /// An event as it is kept, made of what a caller sent and of what it was before.
    private static func event(
        _ item: JSONValue,
        _ before: JSONValue?,
        _ number: Int,
        _ call: AshbyCall
    ) throws(AshbyFailure) -> JSONValue {
        guard let start = item["startTime"]?.string.flatMap({ Timestamp(iso8601: $0) }),
            let end = item["endTime"]?.string.flatMap({ Timestamp(iso8601: $0) })
        else { throw .invalid("interviewEvents", "each needs startTime and endTime in ISO 8601") }
        guard start < end else { throw .invalid("interviewEvents", "an event ends before it starts") }
        guard let people = item["interviewers"]?.array else {
            throw .invalid("interviewEvents.interviewers", "required")
        }
        var ids: [JSONValue] = []
        for person in people {
            let email = person["email"]?.string ?? ""
            guard let user = call.store["users"].rows(where: "email", is: email.lowercased()).first else {
                throw .invalid("interviewEvents.interviewers", "no user has that email address")
            }
            ids.append(.string(user.id))
        }
        let meeting = item["interviewId"] ?? before?["interviewId"] ?? .null
        if let id = meeting.string, call.store["interviews"][id] == nil { throw .notFound("interview") }
        let fresh = StableID.uuid("new event", call.store.revision * 20 + number, seed: call.seed)
        return [
            "id": before?["id"] ?? .string(fresh), "interviewId": meeting, "interviewerIds": .array(ids),
            "startTime": .string(start.iso8601), "endTime": .string(end.iso8601), "hasFeedback": false,
            "extraData": item["extraData"] ?? before?["extraData"] ?? .null,
            "createdAt": before?["createdAt"] ?? call.time, "updatedAt": call.time,
        ]
    }
}

extension AshbyCall {
    /// The events of a schedule as they are kept; generated schedules have one, in columns of its own.
    func events(of row: Row) -> [JSONValue] {
        guard row["events"].isNull else { return row["events"].array ?? [] }
        guard !row["eventId"].isNull else { return [] }
        return [
            [
                "id": row["eventId"], "interviewId": row["interviewId"], "interviewerIds": row["interviewerIds"],
                "startTime": row["startTime"], "endTime": row["endTime"], "hasFeedback": row["hasFeedback"],
                "extraData": .null, "createdAt": row["createdAt"], "updatedAt": row["updatedAt"],
            ]
        ]
    }

    func event(_ event: JSONValue, _ row: Row) -> JSONValue {
        let ids = event["interviewerIds"]?.array ?? []
        let interviewers: [JSONValue] = ids.map { id in
            var person = user(id.string)
            person["trainingRole"] = .null
            person["interviewerPool"] = .null
            person["isFeedbackRequired"] = true
            return person
        }
        let meeting = event["interviewId"]?.string.flatMap { store["interviews"][$0] }
        let transcript =
            store["transcripts"].rows(where: "interviewEventId", is: event["id"]?.string ?? "").first
            .map { JSONValue.string($0.id) } ?? .null
        return [
            "id": event["id"] ?? .null, "interviewId": event["interviewId"] ?? .null,
            "interviewScheduleId": .string(row.id), "interviewerUserIds": .array(ids),
            "interviewers": .array(interviewers), "createdAt": event["createdAt"] ?? .null,
            "updatedAt": event["updatedAt"] ?? .null, "startTime": event["startTime"] ?? .null,
            "endTime": event["endTime"] ?? .null,
            "feedbackLink": .string(
                "https://app.ashbyhq.com/interview-briefings/\(event["id"]?.string ?? "")/feedback"
            ),
            "location": .null, "meetingLink": .string("https://meet.example/\(row.id.prefix(8))"),
            "hasSubmittedFeedback": event["hasFeedback"] ?? false, "interview": meeting.map(interview) ?? .null,
            "notetakerTranscriptId": transcript, "extraData": event["extraData"] ?? .null,
        ]
    }

    func briefing(_ event: JSONValue, _ row: Row) -> JSONValue {
        let wanted = arguments.words("expand") ?? []
        let owner = row.text("applicationId").flatMap { store["applications"][$0] }
        let meeting = event["interviewId"]?.string.flatMap { store["interviews"][$0] }
        var briefing: JSONObject = [
            "id": event["id"] ?? .null, "applicationId": row["applicationId"],
            "interviewId": event["interviewId"] ?? .null, "interviewStageId": row["interviewStageId"],
            "interviewers": .array(
                (event["interviewerIds"]?.array ?? []).map { id in
                    var person: JSONObject = [
                        "userId": id, "isFeedbackRequired": true,
                        "hasSubmittedFeedback": event["hasFeedback"] ?? false, "trainingRole": .null,
                    ]
                    if wanted.contains("interviewers") { person["user"] = user(id.string) }
                    return .object(person)
                }
            ),
            "hasSubmittedFeedback": event["hasFeedback"] ?? false,
            "feedbackFormDefinitionId": .string(StableID.uuid("feedback form", 0, seed: seed)),
        ]
        for name in wanted {
            switch name {
            case "application": briefing[name] = owner.map { application($0) } ?? .null
            case "candidate":
                let person = owner?.text("candidateId").flatMap { store["candidates"][$0] }
                briefing[name] = person.map { candidate($0) } ?? .null
            case "job": briefing[name] = owner?.text("jobId").flatMap { store["jobs"][$0] }.map { job($0) } ?? .null
            case "interview": briefing[name] = meeting.map(interview) ?? .null
            case "feedbackFormDefinition":
                let row = store["feedbackForms"].listed(now: now.milliseconds).first
                briefing[name] = row.map { form($0, feedbackForm) } ?? .null
            default: continue
            }
        }
        return .object(briefing)
    }
}
