import JSON

extension AshbyCatalog {
    /// Sequences of messages to people who have not applied.
    static let sequences: [AshbyOperation] = [
        .list("sequenceTemplate.list", "sourcingRead", "sequenceTemplates", archived: "includeArchived") {
            $0.plain("sequenceTemplates", $1, without: ["createdAt"])
        },
        .info("sequenceTemplate.info", "sourcingRead", "sequenceTemplateId", "sequenceTemplates", "sequence_template") {
            $0.plain("sequenceTemplates", $1, without: ["createdAt"])
        },
        .init("emailSender.list", "sourcingRead", AshbyOperation.paging) { (_) throws(AshbyFailure) in
            .page(
                [["email": "talent@larkfield.example", "displayName": "Larkfield Talent", "type": "Primary"]],
                next: nil,
                sync: nil
            )
        },
        .list("sequence.list", "sourcingRead", "sequences", [.id("candidateId", required: false)]) {
            (call, row) throws(AshbyFailure) in
            call.arguments["candidateId"].map { $0 == row["candidateId"] } ?? true
        } render: {
            $0.plain("sequences", $1, without: ["updatedAt"])
        },
        .info("sequence.info", "sourcingRead", "sequenceId", "sequences", "sequence") {
            $0.plain("sequences", $1, without: ["updatedAt"])
        },
        .init(
            "sequence.add",
            "sourcingWrite",
            [
                .id("sequenceTemplateId"), .id("candidateId"), .id("applicationId", required: false),
                .init("from", .object), .init("start", .boolean, required: true),
            ]
        ) { (call) throws(AshbyFailure) in
            let template = try call.row("sequenceTemplates", "sequenceTemplateId", "sequence_template")
            let person = try call.row("candidates", "candidateId", "candidate")
            let owner = try call.optional("applications", "applicationId", "application")
            let row = call.add(
                [
                    "candidateId": .string(person.id), "applicationId": owner.map { .string($0.id) } ?? .null,
                    "sequenceTemplateId": .string(template.id), "stages": template["stages"],
                    "status": call.arguments.flag("start") ? "Running" : "NotStarted",
                ],
                to: "sequences"
            )
            return .object(call.plain("sequences", row, without: ["updatedAt"]))
        },
        moved("sequence.start", from: ["NotStarted", "Paused"]) { (row, _) throws(AshbyFailure) in
            row["status"] = "Running"
        },
        moved(
            "sequence.cancel",
            "candidatesWrite",
            [.init("reason", .choice(["booked_meeting"]))],
            from: [
                "Running", "Paused",
            ]
        ) { (row, _) throws(AshbyFailure) in
            row["status"] = "Cancelled"
        },
        moved(
            "sequence.updateStage",
            "sourcingWrite",
            [.id("stageId"), .init("subject"), .init("bodyHtml")],
            from: ["NotStarted", "Running", "Paused"]
        ) { (row, call) throws(AshbyFailure) in
            var stages = row["stages"].array ?? []
            guard let position = stages.firstIndex(where: { $0["id"] == call.arguments["stageId"] }) else {
                throw .notFound("sequence_stage")
            }
            for name in ["subject", "bodyHtml"] {
                if let value = call.arguments[name] { stages[position][name] = value }
            }
            row["stages"] = .array(stages)
        },
        .init("sequence.discard", "sourcingWrite", [.id("sequenceId")]) { (call) throws(AshbyFailure) in
            let row = try call.row("sequences", "sequenceId", "sequence")
            guard row["status"] == "NotStarted" else { throw .invalid("sequenceId", "the sequence has been started") }
            call.store.remove(row.id, from: "sequences")
            return .object(["id": .string(row.id)])
        },
    ]

    private static func moved(
        _ name: String,
        _ permission: String = "sourcingWrite",
        _ more: [AshbyOperation.Parameter] = [],
        from states: [String],
        _ body: @escaping @Sendable (inout Row, inout AshbyCall) throws(AshbyFailure) -> Void
    ) -> AshbyOperation {
        .change(name, permission, "sequenceId", "sequences", "sequence", more) {
            $0.plain("sequences", $1, without: ["updatedAt"])
        } _: { (row, call) throws(AshbyFailure) in
            guard states.contains(row.text("status") ?? "") else {
                throw .invalid("sequenceId", "not possible in the status \(row.text("status") ?? "")")
            }
            try body(&row, &call)
        }
    }
}
