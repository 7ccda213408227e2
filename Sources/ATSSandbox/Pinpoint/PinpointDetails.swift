import JSON

extension PinpointCatalog {
    /// Records that hang on others.
    static let details: [PinpointResource] = [
        PinpointResource(
            type: "interview_parts",
            className: "InterviewPart",
            operations: [],
            attributes: [
                .init("interview_id", .id), .init("company_id", .id), .init("position", .integer),
                .init("conferencing_provider_name"), .init("conferencing_join_url"),
            ],
            hidden: ["interviewing_user_id"],
            relationships: [
                .init("interview", "interviews", .one("interview_id")),
                .init("interviewing_users", "users", .one("interviewing_user_id")),
            ],
            indexed: ["interview_id"]
        ),
        PinpointResource(
            type: "offers",
            className: "Offer",
            operations: [],
            attributes: [
                .init("application_id", .id), .init("stage_id", .id), .init("creator_id", .id),
                .init("manager_id", .id),
                .init("job_title"), .init("salary_amount", .number), .init("salary_currency"), .init("salary_period"),
                .init("paid_days_off", .integer), .init("start_on", .date), .init("work_address"), .init("comment"),
                .init("status"), .init("result"), .init("result_at", .instant), .init("sent_at", .instant),
                .init("expires_at", .instant), .init("signature_type"),
            ],
            relationships: [
                .init("creator", "users", .one("creator_id")), .init("manager", "users", .one("manager_id")),
                .init("stage", "stages", .one("stage_id")),
                .init(
                    "custom_attributes",
                    "custom_attributes",
                    .many("custom_attributes", key: "custom_attributable_key", prefix: "Offer:")
                ),
            ],
            indexed: ["application_id"]
        ),
        PinpointResource(
            type: "custom_fields",
            className: "CustomField",
            operations: [.list, .get, .create, .update, .delete],
            attributes: [
                .init("name", .text, .write), .init("description", .text, .write),
                .init("field_type", .text, .create, allowed: fieldTypes),
                .init("resource_type", .text, .create, allowed: fieldOwners), .init("sample_value", .text, .write),
                .init("required", .boolean, .write), .init("position", .integer, .write),
                .init("options", .list, .write),
                .init("unique_reference"),
            ] + PinpointResource.times,
            relationships: [.init("custom_field_options", "custom_field_options", .none(many: true))],
            filters: [.init("template_custom_field_id", .custom { _, _, _ in false }), .init("resource_type")],
            sorts: ["id"],
            required: ["name", "field_type", "resource_type", "sample_value"],
            beforeCreate: { (write) throws(PinpointFailure) in
                let type = write.row.text("field_type") ?? ""
                if type.hasSuffix("_select"), write.row["options"].array?.isEmpty != false {
                    throw .invalid("options", "can't be blank")
                }
                write.row["unique_reference"] = .string("custom_field_\(write.row.id)")
            },
            beforeUpdate: { (write) throws(PinpointFailure) in
                if (write.row.text("name") ?? "").isEmpty { throw .invalid("name", "can't be blank") }
            },
            beforeDelete: { (write) throws(PinpointFailure) in
                for row in write.store["custom_attributes"].rows(where: "custom_field_id", is: write.row.id) {
                    write.store.remove(row.id, from: "custom_attributes")
                }
            }
        ),
        customAttributes,
    ]

    private static let fieldTypes = [
        "varchar", "text", "integer", "decimal", "date", "boolean", "single_select", "multi_select", "users",
    ]
    private static let fieldOwners = ["job", "application", "job_seeker", "offer", "position", "candidate"]
    private static let valueColumns = [
        "varchar_value", "text_value", "integer_value", "decimal_value", "boolean_value", "date_value",
        "single_select_value", "multi_select_value", "users_value",
    ]

    private static let customAttributes = PinpointResource(
        type: "custom_attributes",
        className: "CustomAttribute",
        operations: [.list, .get, .create, .update, .delete],
        attributes: [.init("value"), .init("field_name"), .init("option_value"), .init("option_label")]
            + PinpointResource.times + [
                .init("varchar_value", .text, .write, writeOnly: true),
                .init("text_value", .text, .write, writeOnly: true),
                .init("integer_value", .integer, .write, writeOnly: true),
                .init("decimal_value", .number, .write, writeOnly: true),
                .init("boolean_value", .boolean, .write, writeOnly: true),
                .init("date_value", .date, .write, writeOnly: true),
                .init("single_select_value", .text, .write, writeOnly: true),
                .init("multi_select_value", .list, .write, writeOnly: true),
                .init("users_value", .list, .write, writeOnly: true),
            ],
        hidden: [
            "custom_field_id", "custom_attributable_id", "custom_attributable_type", "custom_attributable_key",
        ],
        relationships: [
            .init("custom_field", "custom_fields", .one("custom_field_id"), .create, required: true),
            .init(
                "custom_attributable",
                ["applications", "candidates", "jobs", "job_seekers", "job_templates", "offers", "positions"],
                .polymorphic(id: "custom_attributable_id", type: "custom_attributable_type"),
                .create,
                required: true
            ),
        ],
        filters: PinpointResource.timeFilters + [.init("custom_attributable_id"), .init("custom_attributable_type")],
        indexed: ["custom_attributable_key", "custom_attributable_id"],
        beforeCreate: { (write) throws(PinpointFailure) in
            let field = write.row.text("custom_field_id").flatMap { write.store["custom_fields"][$0] }
            let name = write.row.text("custom_attributable_type") ?? ""
            let owner = name == "JobSeeker" ? "job_seeker" : name.lowercased()
            guard field?.text("resource_type") == owner else {
                throw .invalid(relationship: "custom_field", "must have the resource type of its record")
            }
            write.row["field_name"] = field?["name"] ?? .null
            try setValue(&write)
        },
        beforeUpdate: { (write) throws(PinpointFailure) in try setValue(&write) }
    )

    /// The value goes into the attribute of the field's type, and reads back as text.
    private static func setValue(_ write: inout PinpointWrite) throws(PinpointFailure) {
        let field = write.row.text("custom_field_id").flatMap { write.store["custom_fields"][$0] }
        let expected = (field?.text("field_type") ?? "varchar") + "_value"
        for name in valueColumns {
            guard let value = write.attributes[name] else { continue }
            guard name == expected else { throw .invalid(name, "does not match the field's type, use \(expected)") }
            switch value {
            case .string(let text): write.row["value"] = .string(text)
            case .array(let values): write.row["value"] = .string(values.compactMap(\.string).joined(separator: ", "))
            case .null: write.row["value"] = .null
            default: write.row["value"] = .string(JSONWriter.text(of: value))
            }
        }
    }
}
