import JSON

extension AshbyCatalog {
    static let acceptances = ["Accepted", "Declined", "Pending", "Created", "Cancelled", "WaitingOnResponse"]
    static let offerStatuses = [
        "WaitingOnApprovalStart", "WaitingOnOfferApproval", "WaitingOnApprovalDefinition",
        "WaitingOnCandidateResponse", "CandidateRejected", "CandidateAccepted", "OfferCancelled",
    ]

    static let offers: [AshbyOperation] = [
        .init(
            "offer.list",
            "offersRead",
            created + AshbyOperation.paging + [
                .id("applicationId", required: false), .init("offerStatus", .words(offerStatuses)),
                .init("acceptanceStatus", .words(acceptances)),
                .init("approvalStatus", .words(["Approved", "WaitingOnApprovals", "Declined"])),
            ]
        ) { (call) throws(AshbyFailure) in
            let owner = try call.optional("applications", "applicationId", "application")
            let inTime = createdTest(call)
            for name in ["offerStatus", "acceptanceStatus", "approvalStatus"]
            where call.arguments.words(name)?.isEmpty == true { throw .invalid(name, "needs one value or more") }
            let rows = owner.map { call.store["offers"].rows(where: "applicationId", is: $0.id) }
            return try AshbyPager.page(
                call,
                "offers",
                list: "offer.list",
                where: { row in
                    let approval = row["versions"].array?.last?["approvalStatus"]?.string ?? ""
                    return inTime(row)
                        && call.arguments.words("offerStatus")?.contains(row.text("offerStatus") ?? "") ?? true
                        && call.arguments.words("acceptanceStatus")?.contains(row.text("acceptanceStatus") ?? "")
                            ?? true
                        && call.arguments.words("approvalStatus")?.contains(approval) ?? true
                },
                among: rows
            ) { call.offer($0, whole: false) }
        },
        .init("offer.info", "offersRead", [.id("offerId"), .init("excludeFormDefinition", .boolean)]) {
            (call) throws(AshbyFailure) in
            .object(call.offer(try call.row("offers", "offerId", "offer"), whole: true))
        },
    ]
}
