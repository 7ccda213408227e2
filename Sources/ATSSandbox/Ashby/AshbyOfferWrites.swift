import Basics
import JSON

extension AshbyCatalog {
    private static let form: [AshbyOperation.Parameter] = [
        .init("offerForm", .object, required: true), .init("excludeFormDefinition", .boolean),
    ]

    /// An offer comes about in steps: a process, a form, the offer, its approval, the candidate's answer.
    static let offerWrites: [AshbyOperation] = [
        .init("offerProcess.start", "offersWrite", [.id("applicationId")]) { (call) throws(AshbyFailure) in
            let owner = try call.row("applications", "applicationId", "application")
            let known = call.store["offerProcesses"].rows(where: "applicationId", is: owner.id).first
            let row =
                known
                ?? call.add(
                    ["applicationId": .string(owner.id), "status": "WaitingOnOfferCreation"],
                    to: "offerProcesses"
                )
            return .object(["id": .string(row.id), "applicationId": row["applicationId"], "status": row["status"]])
        },
        .init("offer.start", "offersWrite", [.id("offerProcessId")]) { (call) throws(AshbyFailure) in
            let process = try call.row("offerProcesses", "offerProcessId", "offer_process")
            let row = call.add(["offerProcessId": .string(process.id)], to: "offerForms")
            return .object(["id": .string(row.id), "formDefinition": call.offerForm])
        },
        .init("offer.create", "offersWrite", [.id("offerProcessId"), .id("offerFormId")] + form) {
            (call) throws(AshbyFailure) in
            var process = try call.row("offerProcesses", "offerProcessId", "offer_process")
            let instance = try call.row("offerForms", "offerFormId", "offer_form")
            guard instance.text("offerProcessId") == process.id else {
                throw .invalid("offerFormId", "not a form of the offer process")
            }
            let version = try version(call, base: nil, number: 0)
            let row = call.add(
                [
                    "applicationId": process["applicationId"], "acceptanceStatus": "Created",
                    "offerStatus": "WaitingOnApprovalStart", "decidedAt": .null, "versions": [version],
                ],
                to: "offers"
            )
            process["status"] = "OfferCreated"
            call.save(process, in: "offerProcesses")
            return .object(call.offer(row, whole: true))
        },
        .init("offer.update", "offersWrite", [.id("offerId")] + form) { (call) throws(AshbyFailure) in
            var row = try call.row("offers", "offerId", "offer")
            var versions = row["versions"].array ?? []
            versions.append(try version(call, base: versions.last, number: versions.count))
            row["versions"] = .array(versions)
            // A new version has to be approved again.
            row["acceptanceStatus"] = "Created"
            row["offerStatus"] = "WaitingOnApprovalStart"
            row["decidedAt"] = .null
            return save(row, &call)
        },
        .init("offer.startApprovalProcess", "offersWrite", [.id("offerVersionId")]) { (call) throws(AshbyFailure) in
            try decide(&call, approval: "WaitingOnApprovals", offer: "WaitingOnOfferApproval", acceptance: "Created")
        },
        .init(
            "offer.approve",
            "offersWrite",
            [.id("offerVersionId"), .id("approvalStepId", required: false), .id("userId", required: false)]
        ) { (call) throws(AshbyFailure) in
            try decide(
                &call,
                approval: "Approved",
                offer: "WaitingOnCandidateResponse",
                acceptance: "WaitingOnResponse"
            )
        },
        .init(
            "offer.setStatus",
            "offersWrite",
            [
                .id("offerId"),
                .init("acceptanceStatus", .choice(["Accepted", "Declined", "Cancelled"]), required: true),
                .init("excludeFormDefinition", .boolean),
            ]
        ) { (call) throws(AshbyFailure) in
            var row = try call.row("offers", "offerId", "offer")
            let status = call.arguments.text("acceptanceStatus") ?? ""
            let meanings = [
                "Accepted": "CandidateAccepted", "Declined": "CandidateRejected", "Cancelled": "OfferCancelled",
            ]
            row["acceptanceStatus"] = .string(status)
            row["offerStatus"] = meanings[status].map { .string($0) } ?? .null
            row["decidedAt"] = status == "Cancelled" ? .null : call.time
            return save(row, &call)
        },
    ]

    private static func save(_ row: Row, _ call: inout AshbyCall) -> AshbyOperation.Reply {
        call.save(row, in: "offers")
        return .object(call.store["offers"][row.id].map { call.offer($0, whole: true) } ?? .null)
    }

    private static func decide(
        _ call: inout AshbyCall,
        approval: String,
        offer: String,
        acceptance: String
    ) throws(AshbyFailure) -> AshbyOperation.Reply {
        let id = call.arguments["offerVersionId"]
        let rows = call.store["offers"].listed(now: call.now.milliseconds)
        guard var row = rows.first(where: { $0["versions"].array?.last?["id"] == id }) else {
            throw .invalid("offerVersionId", "not the latest version of an offer")
        }
        guard call.isVisible(row, "offers") else { throw .notFound("offer") }
        var versions = row["versions"].array ?? []
        if var last = versions.popLast() {
            last["approvalStatus"] = .string(approval)
            versions.append(last)
        }
        row["versions"] = .array(versions)
        row["offerStatus"] = .string(offer)
        row["acceptanceStatus"] = .string(acceptance)
        return save(row, &call)
    }

    /// A version made of the answers in a form; what an update leaves out stays as it was.
    private static func version(
        _ call: AshbyCall,
        base: JSONValue?,
        number: Int
    ) throws(AshbyFailure) -> JSONValue {
        guard let answers = call.arguments["offerForm"]?["fieldSubmissions"]?.array else {
            throw .invalid("offerForm.fieldSubmissions", "expected an array")
        }
        var version: JSONValue =
            base ?? ["openingId": .null, "customFields": [], "fileHandles": [], "startDate": .null, "salary": .null]
        for answer in answers {
            let value = answer["value"] ?? .null
            switch answer["path"]?.string {
            case "startDate":
                guard value.string.flatMap({ Timestamp(iso8601: $0) }) != nil else {
                    throw .invalid("startDate", "expected an ISO 8601 date")
                }
                version["startDate"] = value
            case "salary":
                guard value["value"]?.number != nil, value["currencyCode"]?.string?.count == 3 else {
                    throw .invalid("salary", "expected {value, currencyCode}")
                }
                version["salary"] = value
            case let path: throw .invalid("offerForm", "no field has the path \(path ?? "null")")
            }
        }
        for name in ["startDate", "salary"] where (version[name] ?? .null).isNull {
            throw .invalid(name, "the form requires an answer")
        }
        let serial = call.store["offers"].made * 100 + number + Int(call.store.revision)
        version["id"] = .string(StableID.uuid("new offer version", serial, seed: call.seed))
        version["createdAt"] = call.time
        version["authorId"] = .string(call.actor)
        version["approvalStatus"] = .null
        return version
    }
}
