import Basics
import JSON

extension PinpointCatalog {
    static let comments = PinpointResource(
        type: "comments",
        className: "Comment",
        operations: [.list, .get, .create, .delete],
        attributes: [
            .init("body_text", .text, .create), .init("commentable_id", .id), .init("commentable_type"),
            .init("private_comment", .boolean), .init("user_id", .id),
            .init("category", .text, .create, writeOnly: true),
        ] + PinpointResource.times,
        hidden: ["commentable_key"],
        relationships: [
            .init("user", "users", .one("user_id"), .create),
            .init(
                "commentable",
                ["applications", "job_seekers", "candidates"],
                .polymorphic(id: "commentable_id", type: "commentable_type"),
                .create,
                required: true
            ),
        ],
        filters: PinpointResource.timeFilters + [
            .init("commentable_id"),
            .init("commentable_type", allowed: ["Application", "JobSeeker", "Candidate"]),
        ],
        required: ["body_text"],
        indexed: ["commentable_id", "commentable_key"],
        beforeCreate: { (write) throws(PinpointFailure) in
            // Whoever the caller names, the company's system user is the author.
            write.row["user_id"] = .string(systemUser)
            write.row["private_comment"] = false
        }
    )

    /// The id of the user that writes what comes over the API.
    static let systemUser = "3001"
}
