import JSON
import Tools

/// A provider whose tools do nothing.
struct FixedTools: ToolProvider {
    var tools: [ToolSpecification]

    func call(_ call: ToolCall) async -> ToolResult {
        ToolResult(["called": .string(call.tool)], origin: .ats)
    }

    static func tool(
        _ name: String,
        _ title: String,
        _ description: String = "",
        toolkit: String = "acme",
        tags: [String] = [],
        effect: Effect = .read
    ) -> ToolSpecification {
        ToolSpecification(
            name: name,
            title: title,
            description: description,
            toolkit: toolkit,
            tags: tags,
            effect: effect,
            inputSchema: ["type": "object", "properties": ["email": ["type": "string", "description": "An address."]]]
        )
    }

    static let recruiting = [
        tool("list_all_acme_candidates", "List Candidates", "Everybody who is known.", tags: ["candidates"]),
        tool("list_all_acme_candidate_notes", "List Candidate Notes", "What was written down about somebody."),
        tool("create_a_acme_candidate_note", "Create Candidate Note", "Adds a note.", effect: .create),
        tool("get_single_acme_job_by_id", "Get Job", "One job.", tags: ["jobs"]),
        tool("list_all_acme_jobs", "List Jobs", "Every job.", tags: ["jobs"]),
        tool("acme_applications_change_stage", "Change Application Stage", "Moves on.", effect: .set),
        tool("acme_candidates_anonymize", "Anonymize Candidate", "Erases.", effect: .destroy),
        tool("list_all_beta_jobs", "List Jobs", "Every job.", toolkit: "beta", tags: ["jobs"]),
    ]
}
