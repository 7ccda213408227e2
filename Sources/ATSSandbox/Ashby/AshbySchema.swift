/// The tables behind the simulator of Ashby: names, columns, and the columns that are looked things up by.
enum AshbySchema {
    private static let times = ["createdAt", "updatedAt"]

    static let tables: [(name: String, columns: [String], indexed: [String])] = [
        ("users", ["firstName", "lastName", "email", "globalRole", "isEnabled", "managerId"] + times, ["email"]),
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
        ("projects", ["title", "description", "isArchived", "confidential", "authorId"] + times, []),
        ("plans", ["title", "isArchived"] + times, []),
        (
            "stages", ["title", "type", "orderInInterviewPlan", "interviewPlanId", "interviewStageGroupId"] + times,
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
                "defaultInterviewPlanId", "customRequisitionId", "authorId", "hiringTeam", "jobPostingIds", "openedAt",
                "closedAt", "salary", "brandId",
            ] + times, []
        ),
        (
            "candidates",
            [
                "name", "nameKey", "emailKey", "emailAddresses", "phoneNumbers", "socialLinks", "tagIds", "position",
                "company", "school", "resumeFileHandle", "fileHandles", "customFields", "sourceId",
                "creditedToUserId", "timezone", "location", "externalMappingId", "projectIds", "isAnonymized",
            ] + times,
            ["nameKey", "externalMappingId"]
        ),
        (
            "applications",
            [
                "candidateId", "jobId", "status", "interviewPlanId", "interviewStageId", "sourceId", "creditedToUserId",
                "archiveReasonId", "archivedAt", "customFields", "summary", "appliedViaJobPostingId",
            ] + times,
            ["candidateId", "jobId"]
        ),
        (
            "history",
            ["applicationId", "stageId", "title", "enteredStageAt", "leftStageAt", "stageNumber", "actorId"] + times,
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
                "interviewerIds", "startTime", "endTime", "hasFeedback",
            ] + times, ["applicationId"]
        ),
        (
            "offers", ["applicationId", "acceptanceStatus", "offerStatus", "decidedAt", "versions"] + times,
            ["applicationId"]
        ),
        ("offerProcesses", ["applicationId", "status"] + times, ["applicationId"]),
        ("offerForms", ["offerProcessId"] + times, []),
    ]
}
