import Basics
import JSON

extension AshbyCatalog {
    private static let unpublished = AshbyOperation.Parameter("includeUnpublishedJobPostings", .boolean)
    private static let tiers = AshbyOperation.Parameter("compensationTiers", .list(.object), required: true)
    private static let kinds = ["Salary", "EquityPercentage", "EquityCashValue", "Commission", "Bonus"]
    private static let intervals = [
        "NONE", "1 TIME", "1 HOUR", "1 DAY", "1 WEEK", "2 WEEK", "1 MONTH", "2 MONTH", "1 YEAR", "6 MONTH",
        "0.5 MONTH", "3 MONTH",
    ]

    /// Job boards, the postings on them, and what jobs are made from.
    static let postings: [AshbyOperation] = [
        .whole("jobBoard.list", "jobsRead", "jobBoards") { $0.untimed("jobBoards", $1.id) },
        .list("brand.list", "organizationRead", "brands") { $0.untimed("brands", $1.id) },
        .list("jobTemplate.list", "jobsRead", "jobTemplates", [.init("expand", .words(["location"]))]) { call, row in
            var template = call.plain("jobTemplates", row)
            template["interviewPlanIds"] = [row["defaultInterviewPlanId"]]
            if call.arguments.words("expand") != nil {
                template["location"] = row.text("locationId").flatMap { call.store["locations"][$0] }.map(call.location)
            }
            return template
        },
        .whole(
            "jobPosting.list",
            "jobsRead",
            "postings",
            [
                .init("location"), .init("department"), .init("listedOnly", .boolean),
                .id("jobBoardId", required: false), unpublished,
            ]
        ) { call, row in
            let place = row.text("locationId").flatMap { call.store["locations"][$0] }
            let team = row.text("departmentId").flatMap { call.store["departments"][$0] }
            return (call.arguments.flag(unpublished.name) || row["status"] == "Published")
                && (!call.arguments.flag("listedOnly") || row["isListed"] == true)
                && (call.arguments["location"] == nil || call.arguments["location"] == place?["name"])
                && (call.arguments["department"] == nil || call.arguments["department"] == team?["name"])
        } render: {
            $0.posting($1, whole: false)
        },
        .init(
            "jobPosting.info",
            "jobsRead",
            [
                .id("jobPostingId"), .id("jobBoardId", required: false), .init("expand", .words(["job"])), unpublished,
            ]
        ) { (call) throws(AshbyFailure) in
            _ = try call.optional("jobBoards", "jobBoardId", "job_board")
            let row = try published(call)
            var posting = call.posting(row, whole: true)
            if call.arguments.words("expand") != nil, let job = row.text("jobId").flatMap({ call.store["jobs"][$0] }) {
                posting["job"] = call.job(job)
            }
            return .object(posting)
        },
        .init(
            "jobPosting.update",
            "jobsWrite",
            [
                .id("jobPostingId"), .init("title"), .init("workplaceType", .choice(["OnSite", "Hybrid", "Remote"])),
                .init("suppressDescriptionOpening", .boolean), .init("suppressDescriptionClosing", .boolean),
                .init("description", .object), unpublished,
                .init("applicationConfirmationEmailTemplateId", .uuid, nullable: true),
            ]
        ) { (call) throws(AshbyFailure) in
            var row = try published(call)
            for name in ["title", "workplaceType", "suppressDescriptionOpening", "suppressDescriptionClosing"] {
                if let value = call.arguments[name] { row[name] = value }
            }
            if let description = call.arguments["description"] {
                guard description["type"] == "text/html", let html = description["content"]?.string else {
                    throw .invalid("description", "expected {type: text/html, content}")
                }
                row["descriptionHtml"] = .string(html)
            }
            return save(row, &call)
        },
        .init(
            "jobPosting.setStatus",
            "jobsWrite",
            [.id("jobPostingId"), .init("status", .choice(["Draft", "Published"]), required: true)]
        ) { (call) throws(AshbyFailure) in
            var row = try call.row("postings", "jobPostingId", "job_posting")
            row["status"] = call.arguments["status"] ?? .null
            row["isListed"] = .bool(call.arguments.text("status") == "Published")
            return save(row, &call)
        },
        .init(
            "jobPosting.updateCompensation",
            "jobsWrite",
            [
                .id("jobPostingId"), .init("compensationTiers", .list(.object), required: true, nullable: true),
                unpublished,
            ]
        ) { (call) throws(AshbyFailure) in
            var row = try published(call)
            row["compensationTiers"] = try compensation(call)
            return save(row, &call)
        },
        .change("job.updateCompensation", "jobsWrite", "jobId", "jobs", "job", [tiers]) { call, row in
            var job = call.job(row)
            job["compensationTiers"] = row["compensationTiers"]
            return job
        } _: { (row, call) throws(AshbyFailure) in
            row["compensationTiers"] = try compensation(call)
        },
        .info("jobInterviewPlan.info", "jobsRead", "jobId", "jobs", "job") { call, row in
            let plan = row.text("defaultInterviewPlanId") ?? ""
            let stages = call.store["stages"].rows(where: "interviewPlanId", is: plan).map { call.plannedStage($0) }
            return ["jobId": .string(row.id), "interviewPlanId": .string(plan), "stages": .array(stages)]
        },
    ]

    private static func published(_ call: AshbyCall) throws(AshbyFailure) -> Row {
        let row = try call.row("postings", "jobPostingId", "job_posting")
        guard row["status"] == "Published" || call.arguments.flag(unpublished.name) else {
            throw .notFound("job_posting")
        }
        return row
    }

    private static func save(_ row: Row, _ call: inout AshbyCall) -> AshbyOperation.Reply {
        call.save(row, in: "postings")
        return .object(call.store["postings"][row.id].map { call.posting($0, whole: true) } ?? .null)
    }

    /// The tiers that a caller sent, with ids and summaries.
    private static func compensation(_ call: AshbyCall) throws(AshbyFailure) -> JSONValue {
        var made: [JSONValue] = []
        for (number, tier) in (call.arguments["compensationTiers"]?.array ?? []).enumerated() {
            guard let components = tier["components"]?.array else {
                throw .invalid("compensationTiers.components", "required")
            }
            var parts: [JSONValue] = []
            for (index, given) in components.enumerated() {
                guard let kind = given["compensationType"]?.string, kinds.contains(kind),
                    let interval = given["interval"]?.string, intervals.contains(interval)
                else {
                    throw .invalid("compensationTiers.components", "needs a compensationType and an interval")
                }
                var part = given
                part["id"] = .string(
                    StableID.uuid("compensation", call.store.revision * 100 + number * 10 + index, seed: call.seed)
                )
                let bounds = [given["minValue"]?.number?.text, given["maxValue"]?.number?.text].compactMap { $0 }
                let currency = given["currencyCode"]?.string.map { $0 + " " } ?? ""
                part["summary"] = .string("\(kind) \(currency)\(bounds.joined(separator: " - "))")
                parts.append(part)
            }
            made.append([
                "id": .string(StableID.uuid("tier", call.store.revision * 10 + number, seed: call.seed)),
                "title": tier["title"] ?? .null, "additionalInformation": tier["additionalInformation"] ?? .null,
                "components": .array(parts),
                "tierSummary": .string(parts.compactMap { $0["summary"]?.string }.joined(separator: ", ")),
            ])
        }
        return .array(made)
    }
}

extension AshbyCall {
    func posting(_ row: Row, whole: Bool) -> JSONValue {
        let place = row.text("locationId").flatMap { store["locations"][$0] }
        let team = row.text("departmentId").flatMap { store["departments"][$0] }?["name"] ?? .null
        let path = "https://jobs.ashbyhq.com/larkfield/\(row.id)"
        var posting: JSONObject = [
            "id": .string(row.id), "title": row["title"], "jobId": row["jobId"], "departmentName": team,
            "teamName": team, "locationName": place?["name"] ?? .null,
            "locationExternalName": place?["externalName"] ?? .null,
            "locationIds": ["primaryLocationId": row["locationId"], "secondaryLocationIds": []],
            "workplaceType": row["workplaceType"], "employmentType": row["employmentType"],
            "isListed": row["isListed"], "publishedDate": row["publishedDate"], "applicationDeadline": .null,
            "externalLink": .string(path), "applyLink": .string(path + "/application"),
            "shouldDisplayCompensationOnJobBoard": true, "updatedAt": row["updatedAt"], "status": row["status"],
        ]
        let tiers = row["compensationTiers"].array ?? []
        if let first = tiers.first { posting["compensationTierSummary"] = first["tierSummary"] }
        guard whole else { return .object(posting) }
        let html = row.text("descriptionHtml") ?? ""
        posting["descriptionHtml"] = .string(html)
        posting["descriptionPlain"] = .string(AshbyCall.plainText(html))
        posting["descriptionParts"] = [
            "descriptionOpening": .null,
            "descriptionBody": ["html": .string(html), "plain": .string(AshbyCall.plainText(html))],
            "descriptionClosing": .null,
        ]
        posting["address"] = place?["address"] ?? .null
        posting["isRemote"] = .bool(row["workplaceType"] == "Remote")
        posting["applicationFormDefinition"] = applicationForm
        posting["surveyFormDefinitions"] = []
        posting["linkedData"] = ["@type": "JobPosting", "title": row["title"], "datePosted": row["publishedDate"]]
        posting["compensation"] = [
            "compensationTierSummary": tiers.first?["tierSummary"] ?? .null, "compensationTiers": .array(tiers),
        ]
        for name in ["suppressDescriptionOpening", "suppressDescriptionClosing"] {
            posting[name] = row[name] == true ? true : false
        }
        return .object(posting)
    }

    /// The text of simple HTML.
    static func plainText(_ html: String) -> String {
        var text = ""
        var isTag = false
        for character in html {
            if character == "<" {
                isTag = true
            } else if character == ">" {
                isTag = false
            } else if !isTag {
                text.append(character)
            }
        }
        return text
    }

    func plannedStage(_ row: Row) -> JSONValue {
        let meetings = store["interviews"].listed(now: now.milliseconds)
            .filter { row["type"] == "Active" && $0["title"] == row["title"] }.prefix(1)
        var stage: JSONObject = ["id": .string(row.id)]
        for name in ["title", "type", "orderInInterviewPlan", "interviewStageGroupId"] { stage[name] = row[name] }
        stage["activities"] = .array(
            meetings.map { meeting in
                [
                    "id": .string(StableID.uuid("activity " + row.id, 0, seed: seed)), "title": meeting["title"],
                    "interviews": [
                        [
                            "id": .string(StableID.uuid("planned " + row.id, 0, seed: seed)),
                            "title": meeting["title"], "interviewId": .string(meeting.id),
                            "interviewDurationMinutes": 60, "isSchedulable": true,
                        ]
                    ],
                ]
            }
        )
        return .object(stage)
    }
}
