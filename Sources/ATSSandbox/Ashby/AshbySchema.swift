/// The tables behind the simulator of Ashby: names, columns, and the columns that are looked things up by.
enum AshbySchema {
    private static let times = ["createdAt", "updatedAt"]

    static let tables: [(name: String, columns: [String], indexed: [String])] =
        [
            (
                "users",
                [
                    "firstName", "lastName", "email", "globalRole", "isEnabled", "managerId", "customFields",
                    "dailyLimit", "weeklyLimit",
                ] + times, ["email"]
            ),
            ("departments", ["name", "externalName", "isArchived", "parentId", "extraData"] + times, ["parentId"]),
            (
                "locations",
                [
                    "name", "externalName", "isArchived", "isRemote", "workplaceType", "type", "address",
                    "parentLocationId",
                    "extraData",
                ] + times, []
            ),
            ("tags", ["title", "isArchived"] + times, ["title"]),
            ("sources", ["title", "isArchived", "sourceType"] + times, []),
            ("archiveReasons", ["text", "reasonType", "isArchived"] + times, []),
            ("roles", ["title"] + times, []),
            (
                "projects", ["title", "description", "isArchived", "confidential", "authorId", "customFields"] + times,
                []
            ),
            ("plans", ["title", "isArchived"] + times, []),
            (
                "stages",
                ["title", "type", "orderInInterviewPlan", "interviewPlanId", "interviewStageGroupId"] + times,
                ["interviewPlanId"]
            ),
            (
                "interviews",
                [
                    "title", "externalTitle", "isArchived", "isDebrief", "isFeedbackRequired", "isFeedbackRequested",
                    "instructionsHtml", "instructionsPlain", "jobId", "feedbackFormDefinitionId",
                ] + times, []
            ),
            (
                "jobs",
                [
                    "title", "confidential", "status", "employmentType", "locationId", "departmentId",
                    "defaultInterviewPlanId", "customRequisitionId", "authorId", "hiringTeam", "jobPostingIds",
                    "openedAt",
                    "closedAt", "salary", "brandId", "customFields", "compensationTiers",
                ] + times, []
            ),
            (
                "candidates",
                [
                    "name", "nameKey", "emailKey", "emailAddresses", "phoneNumbers", "socialLinks", "tagIds",
                    "position",
                    "company", "school", "resumeFileHandle", "fileHandles", "customFields", "sourceId",
                    "creditedToUserId", "timezone", "location", "externalMappingId", "projectIds", "isAnonymized",
                    "fraudStatus",
                ] + times,
                ["nameKey", "externalMappingId"]
            ),
            (
                "applications",
                [
                    "candidateId", "jobId", "status", "interviewPlanId", "interviewStageId", "sourceId",
                    "creditedToUserId",
                    "archiveReasonId", "archivedAt", "customFields", "summary", "appliedViaJobPostingId", "hiringTeam",
                ] + times,
                ["candidateId", "jobId"]
            ),
            (
                "history",
                ["applicationId", "stageId", "title", "enteredStageAt", "leftStageAt", "stageNumber", "actorId"]
                    + times,
                ["applicationId"]
            ),
            ("notes", ["candidateId", "isPrivate", "content", "authorId"] + times, ["candidateId"]),
            (
                "feedback",
                [
                    "applicationId", "submittedByUserId", "interviewId", "interviewEventId", "recommendation", "notes",
                    "submittedAt",
                ] + times, ["applicationId"]
            ),
            (
                "schedules",
                [
                    "applicationId", "interviewStageId", "status", "scheduledById", "eventId", "interviewId",
                    "interviewerIds", "startTime", "endTime", "hasFeedback", "events", "isOwn",
                ] + times, ["applicationId"]
            ),
            (
                "offers", ["applicationId", "acceptanceStatus", "offerStatus", "decidedAt", "versions"] + times,
                ["applicationId"]
            ),
            ("offerProcesses", ["applicationId", "status"] + times, ["applicationId"]),
            ("offerForms", ["offerProcessId"] + times, []),
        ] + extras

    private static let form = ["title", "isArchived", "isDefaultForm"] + times

    /// What hangs on no candidate, and what comes about by writes only.
    private static let extras: [(name: String, columns: [String], indexed: [String])] = [
        ("brands", ["name", "hostedJobsPageSlug"] + times, []), ("jobBoards", ["title", "isInternal"] + times, []),
        (
            "jobTemplates",
            ["title", "status", "locationId", "departmentId", "defaultInterviewPlanId"] + times, []
        ),
        (
            "postings",
            [
                "title", "jobId", "status", "isListed", "locationId", "departmentId", "workplaceType", "employmentType",
                "publishedDate", "descriptionHtml", "suppressDescriptionOpening", "suppressDescriptionClosing",
                "compensationTiers",
            ] + times, ["jobId"]
        ),
        (
            "openings",
            [
                "isArchived", "archivedAt", "openedAt", "closedAt", "closeReasonId", "openingState", "version",
                "customFields",
            ]
                + times, []
        ),
        ("closeReasons", ["reasonText", "isArchived"] + times, []),
        ("templates", ["title", "intendedTypes"] + times, []),
        ("stageGroups", ["title", "order", "stageType"] + times, []),
        ("trackingLinks", ["code", "enabled", "sourceId", "link"] + times, []), ("feedbackForms", form, []),
        ("referralForms", form, []), ("surveyForms", form + ["surveyType"], []),
        ("feedbackRequests", ["applicationId", "interviewId", "userId"] + times, ["applicationId"]),
        (
            "surveyRequests", ["candidateId", "applicationId", "surveyFormDefinitionId", "surveyType"] + times,
            ["applicationId"]
        ),
        (
            "surveySubmissions",
            [
                "candidateId", "applicationId", "surveyFormDefinitionId", "surveyType", "submittedValues",
                "submittedAt",
            ] + times, ["applicationId"]
        ),
        (
            "customFields",
            ["isPrivate", "title", "objectType", "isArchived", "fieldType", "isRequired", "selectableValues"] + times,
            []
        ),
        ("pools", ["title", "isArchived", "requiresTraining", "memberIds", "traineeIds"] + times, []),
        ("pauses", ["userId", "startsAt", "endsAt", "comment"] + times, ["userId"]),
        (
            "uploads",
            [
                "fileUploadContext", "filename", "contentType", "contentLength", "received", "expiresAt", "content",
            ] + times, []
        ),
        ("webhooks", ["enabled", "requestUrl", "secretToken", "webhookType"] + times, ["requestUrl"]),
        ("reports", ["title"] + times, []),
        ("reportRequests", ["requestId", "reportId"] + times, ["requestId"]),
        ("auditLog", ["category", "description", "actor", "target"] + times, []),
        ("sequenceTemplates", ["title", "isArchived", "unsubscribeLinkActive", "stages"] + times, []),
        (
            "sequences", ["candidateId", "applicationId", "sequenceTemplateId", "status", "stages"] + times,
            ["candidateId"]
        ),
        ("assessments", ["candidateId", "assessmentId", "value"] + times, ["candidateId"]),
        (
            "emails",
            [
                "candidateId", "emailProviderEmailId", "subject", "from", "to", "body", "sentAt", "cc", "messageUrl",
                "messageIdHeader", "threadId", "isPrivate", "userIsSender",
            ] + times, ["candidateId"]
        ),
        ("transcripts", ["interviewEventId", "interviewScheduleId", "participants"] + times, ["interviewEventId"]),
        (
            "takeHomes",
            [
                "applicationId", "candidateId", "interviewStageId", "interviewId", "status", "submission",
                "feedbackFormDefinitionId",
            ] + times, []
        ),
        (
            "approvals",
            ["approvalDefinitionId", "entityId", "entityType", "submittedAt", "completedAt", "steps"] + times,
            ["entityId"]
        ),
    ]
}
