import JSON

extension AshbyCatalog {
    private static let systems = [
        "ADP", "BambooHR", "bob", "Charthop", "Dayforce", "Enboarder", "Gusto", "Lattice", "Namely", "OracleHCM",
        "Paychex", "Paylocity", "Personio", "Remote", "Rippling", "SAP", "SelfServe", "UKG", "Workday",
    ]

    /// What goes to and comes from other systems: assessments, mail, personnel systems, recordings.
    static let partners: [AshbyOperation] = [
        .init(
            "assessment.addCompletedToCandidate",
            "candidatesWrite",
            [
                .id("candidateId"), .id("partnerId"), .init("assessment", .object, required: true),
                .init("timestamp", .integer, required: true),
            ]
        ) { (call) throws(AshbyFailure) in
            let person = try call.row("candidates", "candidateId", "candidate")
            let given = call.arguments["assessment"] ?? .null
            for name in ["assessmentTypeId", "assessmentId", "assessmentName"] where given[name]?.string == nil {
                throw .invalid("assessment.\(name)", "required")
            }
            guard given["result"]?.object != nil, given["metadata"]?.array != nil else {
                throw .invalid("assessment", "needs result and metadata")
            }
            var kept = given
            kept["candidateId"] = .string(person.id)
            _ = call.add(
                ["candidateId": .string(person.id), "assessmentId": given["assessmentId"] ?? .null, "value": kept],
                to: "assessments"
            )
            return .object(kept)
        },
        .init(
            "assessment.update",
            "candidatesWrite",
            [
                .id("assessment_id"), .init("timestamp", .integer, required: true),
                .init("assessment_status", .object), .init("assessment_profile_url", .object),
                .init("assessment_result", .object), .init("cancelled_reason", .object),
                .init("metadata", .list(.object)),
            ]
        ) { (call) throws(AshbyFailure) in
            .object(["assessment_id": call.arguments["assessment_id"] ?? .null])
        },
        .init("assessment.list", "candidatesRead") { (call) throws(AshbyFailure) in
            .list([
                [
                    "assessment_type_id": .string(StableID.uuid("assessment type", 0, seed: call.seed)),
                    "name": "Reasoning test", "description": "Forty minutes, on a screen.",
                ]
            ])
        },
        .init(
            "assessment.start",
            "candidatesWrite",
            [
                .id("assessment_type_id"), .init("candidate", .object, required: true),
                .init("application", .object, required: true), .init("job", .object, required: true),
            ]
        ) { (call) throws(AshbyFailure) in
            let row = call.add(["value": call.arguments["candidate"] ?? .null], to: "assessments")
            return .object(["assessment_id": .string(row.id)])
        },
        .init("assessment.cancel", "candidatesWrite", [.id("assessment_id")]) { (call) throws(AshbyFailure) in
            let row = try call.row("assessments", "assessment_id", "assessment")
            call.store.remove(row.id, from: "assessments")
            return .object(["assessment_id": .string(row.id)])
        },
        .init("assessment.customField.list", "candidatesRead") { (_) throws(AshbyFailure) in
            .object(["fields": [["id": "score", "name": "Score", "type": "Number"]]])
        },
        .init(
            "candidate.addEmailMessage",
            "candidatesWrite",
            [
                .id("candidateId"), .init("emailProviderEmailId", required: true), .init("subject", required: true),
                .init("from", required: true), .init("to", required: true), .init("body", required: true),
                .id("userId", required: false), .init("sentAt", .instant), .init("cc"), .init("messageUrl"),
                .init("messageIdHeader"), .init("threadId"), .init("isPrivate", .boolean),
            ]
        ) { (call) throws(AshbyFailure) in
            let person = try call.row("candidates", "candidateId", "candidate")
            let user = try call.optional("users", "userId", "user")
            var values: JSONObject = [
                "candidateId": .string(person.id), "sentAt": call.arguments["sentAt"] ?? call.time,
                "isPrivate": .bool(call.arguments.flag("isPrivate")), "userIsSender": .bool(user != nil),
                "threadId": call.arguments["threadId"] ?? .string(StableID.token(16, UInt64(call.store.revision))),
            ]
            for name in [
                "emailProviderEmailId", "subject", "from", "to", "body", "cc", "messageUrl", "messageIdHeader",
            ] { values[name] = call.arguments[name] ?? .null }
            return .object(call.mail(call.add(values, to: "emails")))
        },
        .init("candidate.getRecentEmailMessages", "emailsRead", [.id("candidateId")]) { (call) throws(AshbyFailure) in
            let person = try call.row("candidates", "candidateId", "candidate")
            let rows = call.store["emails"].rows(where: "candidateId", is: person.id)
            return .list(rows.filter { call.key.seesPrivate || $0["isPrivate"] != true }.map { call.mail($0) })
        },
        .init(
            "candidate.pushToHris",
            "candidatesWrite",
            [
                .id("applicationId"), .init("externalSystem", .choice(systems), required: true),
                .id("integrationPartnerId", required: false),
            ]
        ) { (call) throws(AshbyFailure) in
            let row = try call.row("applications", "applicationId", "application")
            let offers = call.store["offers"].rows(where: "applicationId", is: row.id)
            guard row["status"] == "Hired" || offers.contains(where: { $0["acceptanceStatus"] == "Accepted" }) else {
                throw .init(
                    "candidate_hris_push_blocked_by_offer_status",
                    "The application has no accepted offer."
                )
            }
            return .object([
                "applicationId": .string(row.id), "externalSystem": call.arguments["externalSystem"] ?? .null,
            ])
        },
        .init("notetakerTranscript.info", "notetakerRead", [.id("notetakerTranscriptId")]) {
            (call) throws(AshbyFailure) in
            let row = try call.row("transcripts", "notetakerTranscriptId", "notetaker_transcript")
            var transcript = call.plain("transcripts", row, without: ["updatedAt"])
            transcript["transcriptUrl"] = .string("\(call.origin)/_files/\(row.id)")
            return .object(transcript)
        },
        .list(
            "takeHomeAssignment.list",
            "interviewsRead",
            "takeHomes",
            [
                .id("applicationId", required: false), .id("candidateId", required: false),
                .init("expand", .words(["interview"])),
            ]
        ) { (call, row) throws(AshbyFailure) in
            ["applicationId", "candidateId"].allSatisfy { name in call.arguments[name].map { $0 == row[name] } ?? true }
        } render: {
            $0.takeHome($1)
        },
        .info(
            "takeHomeAssignment.info",
            "interviewsRead",
            "takeHomeAssignmentId",
            "takeHomes",
            "take_home_assignment",
            [.init("expand", .words(["interview"]))]
        ) { $0.takeHome($1) },
        .change(
            "offer.setDecidedAt",
            "offersWrite",
            "offerId",
            "offers",
            "offer",
            [.init("decidedAt", .instant, required: true), .init("excludeFormDefinition", .boolean)],
            render: { $0.offer($1, whole: true) }
        ) { (row, call) throws(AshbyFailure) in
            guard ["Accepted", "Declined"].contains(row.text("acceptanceStatus") ?? "") else {
                throw .invalid("decidedAt", "the candidate has not decided")
            }
            row["decidedAt"] = call.arguments["decidedAt"] ?? .null
        },
    ]

    /// Operations whose documentation is too thin to say more than what is likely.
    static let guesses: Set<String> = [
        "candidate.getRecentEmailMessages", "candidate.pushToHris", "project.create", "project.update",
        "project.archive", "project.restore", "project.setCustomFieldValue", "project.setCustomFieldValues",
        "version.list", "sequence.cancel", "sequence.discard", "assessment.update", "assessment.start",
        "assessment.cancel", "assessment.list", "assessment.customField.list",
    ]
}

extension AshbyCall {
    func mail(_ row: Row) -> JSONValue { plain("emails", row, without: ["createdAt", "updatedAt"]) }

    func takeHome(_ row: Row) -> JSONValue {
        var assignment = plain("takeHomes", row)
        if arguments["expand"] != nil {
            assignment["interview"] =
                row.text("interviewId").flatMap { store["interviews"][$0] }.map(interview) ?? .null
        }
        return assignment
    }
}
