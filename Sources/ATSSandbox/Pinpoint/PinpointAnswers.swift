import Basics
import JSON

extension PinpointCatalog {
    /// Questions, and what people answered.
    static let answers: [PinpointResource] = [
        questionsResource, answersResource, structuredSectionsResource, structuredSectionResponsesResource,
    ]

    private static let questionsResource = PinpointResource(
        type: "questions",
        className: "Question",
        operations: [.list],
        attributes: [
            .init("title"), .init("additional_information"), .init("question_type"), .init("required", .boolean),
            .init("banked", .boolean), .init("multiple_choice_options", .list),
            .init("num_required_answer_options", .integer), .init("max_num_required_answer_options", .integer),
            .init("created_at", .instant), .init("updated_at", .instant),
        ],
        hidden: ["structured_section_id", "questionable_id"],
        relationships: [.init("scorecard_section", "scorecard_sections", .none(many: false))],
        filters: PinpointResource.timeFilters + [
            .init("banked"), .init("structured_section_id"), .init("questionable_id"),
        ],
        indexed: ["questionable_id", "structured_section_id"]
    )

    private static let answersResource = PinpointResource(
        type: "answers",
        className: "Answer",
        operations: [.get, .create, .update, .delete],
        attributes: [
            .init("title"), .init("additional_information"), .init("question_type"),
            .init("text_answer", .text, .write), .init("boolean_answer", .boolean, .write),
            .init("date_answer", .date, .write), .init("date_from_answer", .date, .write),
            .init("date_to_answer", .date, .write), .init("number_answer", .number, .write),
            .init("multiple_choice_answer", .list), .init("url_answer", .text, .write),
            .init("document_answer", .object), .init("attachments", .list, extra: true), .init("created_at", .instant),
            .init("updated_at", .instant), .init("document_base64_data", .text, .write, writeOnly: true),
            .init("document_base64_filename", .text, .write, writeOnly: true),
            .init("document_signed_id", .id, .write, writeOnly: true),
        ],
        hidden: ["question_id", "answerable_id", "answerable_type", "answerable_key"],
        relationships: [
            .init("answer_options", "answer_options", .none(many: true), .write),
            .init("question", "questions", .one("question_id"), .create, required: true),
            .init(
                "answerable",
                ["applications", "job_seekers", "candidate_surveys"],
                .polymorphic(id: "answerable_id", type: "answerable_type"),
                .create,
                required: true
            ),
        ],
        indexed: ["question_id", "answerable_key"],
        beforeCreate: { (write) throws(PinpointFailure) in
            let question = write.row.text("question_id").flatMap { write.store["questions"][$0] }
            if let title = question?["title"] { write.row["title"] = title }
            if let type = question?["question_type"] { write.row["question_type"] = type }
        }
    )

    private static let structuredSectionsResource = PinpointResource(
        type: "structured_sections",
        className: "StructuredSection",
        operations: [.list, .get],
        attributes: [
            .init("title"), .init("description"), .init("internal_name"), .init("created_at", .instant),
            .init("updated_at", .instant),
        ],
        relationships: [.init("questions", "questions", .many("questions", key: "structured_section_id"))],
        filters: PinpointResource.timeFilters + []
    )

    private static let structuredSectionResponsesResource = PinpointResource(
        type: "structured_section_responses",
        className: "StructuredSectionResponse",
        operations: [.create, .update, .delete],
        attributes: [.init("date_from_answer", .date), .init("date_to_answer", .date), .init("position", .integer)],
        hidden: ["answerable_id", "answerable_type", "answerable_key", "structured_section_id"],
        relationships: [
            .init(
                "answerable",
                ["applications", "job_seekers"],
                .polymorphic(id: "answerable_id", type: "answerable_type"),
                .write,
                required: true
            ), .init("answers", "answers", .none(many: true), .write),
            .init("structured_section", "structured_sections", .one("structured_section_id"), .write, required: true),
        ],
        indexed: ["answerable_key", "structured_section_id"]
    )
}
