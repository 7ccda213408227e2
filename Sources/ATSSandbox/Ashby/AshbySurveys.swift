import JSON

extension AshbyCatalog {
    private static let surveyTypes = ["CandidateExperience", "Questionnaire"]
    private static let parties: [AshbyOperation.Parameter] = [
        .id("candidateId"), .id("applicationId"), .id("surveyFormDefinitionId"),
    ]

    /// Surveys: their forms, who was asked, and what came back.
    static let surveys: [AshbyOperation] = [
        .list("surveyFormDefinition.list", "hiringProcessMetadataRead", "surveyForms") { $0.form($1, $0.surveyForm) },
        .info(
            "surveyFormDefinition.info",
            "hiringProcessMetadataRead",
            "surveyFormDefinitionId",
            "surveyForms",
            "survey_form_definition"
        ) { $0.form($1, $0.surveyForm) },
        .init("surveyRequest.create", "candidatesWrite", parties) { (call) throws(AshbyFailure) in
            let (owner, form) = try check(call)
            let row = call.add(
                [
                    "candidateId": owner["candidateId"], "applicationId": .string(owner.id),
                    "surveyFormDefinitionId": .string(form.id), "surveyType": form["surveyType"],
                ],
                to: "surveyRequests"
            )
            return .object(call.surveyRequest(row))
        },
        .list(
            "surveyRequest.list",
            "candidatesRead",
            "surveyRequests",
            [
                .init("createdAfter", .integer), .init("surveyType", .choice(["CandidateExperience"]), required: true),
                .id("applicationId", required: false), .id("candidateId", required: false),
            ]
        ) { (call, row) throws(AshbyFailure) in
            createdTest(call)(row)
                && ["surveyType", "applicationId", "candidateId"].allSatisfy { name in
                    call.arguments[name].map { $0 == row[name] } ?? true
                }
        } render: {
            $0.surveyRequest($1)
        },
        .init(
            "surveySubmission.create",
            "candidatesWrite",
            parties + [.init("submittedValues", .object, required: true)]
        ) { (call) throws(AshbyFailure) in
            let (owner, form) = try check(call)
            let row = call.add(
                [
                    "candidateId": owner["candidateId"], "applicationId": .string(owner.id),
                    "surveyFormDefinitionId": .string(form.id), "surveyType": form["surveyType"],
                    "submittedValues": call.arguments["submittedValues"] ?? .null, "submittedAt": call.time,
                ],
                to: "surveySubmissions"
            )
            return .object(call.surveySubmission(row))
        },
        .list(
            "surveySubmission.list",
            "candidatesRead",
            "surveySubmissions",
            [.init("createdAfter", .integer), .init("surveyType", .choice(surveyTypes), required: true)]
        ) { (call, row) throws(AshbyFailure) in
            createdTest(call)(row) && row["surveyType"] == call.arguments["surveyType"]
        } render: {
            $0.surveySubmission($1)
        },
    ]

    private static func check(_ call: AshbyCall) throws(AshbyFailure) -> (Row, Row) {
        let person = try call.row("candidates", "candidateId", "candidate")
        let owner = try call.row("applications", "applicationId", "application")
        guard owner.text("candidateId") == person.id else {
            throw .invalid("applicationId", "not an application of the candidate")
        }
        return (owner, try call.row("surveyForms", "surveyFormDefinitionId", "survey_form_definition"))
    }
}

extension AshbyCall {
    var surveyForm: JSONValue {
        [
            "sections": [
                [
                    "fields": [
                        field("rating", "Score", "How was it to talk with us?", required: true),
                        field("comment", "LongText", "Anything else?", required: false),
                    ]
                ]
            ]
        ]
    }

    func surveyRequest(_ row: Row) -> JSONValue {
        [
            "id": .string(row.id), "candidateId": row["candidateId"], "applicationId": row["applicationId"],
            "surveyFormDefinitionId": row["surveyFormDefinitionId"],
            "surveyUrl": .string("https://app.ashbyhq.com/larkfield/surveys/\(row.id)"),
        ]
    }

    func surveySubmission(_ row: Row) -> JSONValue {
        [
            "id": .string(row.id), "surveyFormDefinitionId": row["surveyFormDefinitionId"],
            "submittedAt": row["submittedAt"], "candidateId": row["candidateId"],
            "applicationId": row["applicationId"], "surveyType": row["surveyType"], "formDefinition": surveyForm,
            "submittedValues": row["submittedValues"],
        ]
    }
}
