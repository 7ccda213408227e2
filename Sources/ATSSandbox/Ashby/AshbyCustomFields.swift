import Basics
import JSON

extension AshbyCatalog {
    private static let fieldTypes = [
        "Boolean", "CompensationRange", "Currency", "Date", "LongText", "MultiValueSelect", "Number", "NumberRange",
        "String", "ValueSelect", "Url", "UUID",
    ]
    private static let owners = [
        "Application": ("applications", "application"), "Candidate": ("candidates", "candidate"),
        "Job": ("jobs", "job"), "Opening": ("openings", "opening"),
    ]
    private static let ownerNames = ["Application", "Candidate", "Job", "Opening"]
    private static let many = AshbyOperation.Parameter("values", .list(.object), required: true)
    private static let one: [AshbyOperation.Parameter] = [
        .id("fieldId"), .init("fieldValue", .any, required: true, nullable: true),
    ]

    /// Definitions of custom fields, and their values on records.
    static let customFields: [AshbyOperation] = [
        .list("customField.list", "hiringProcessMetadataRead", "customFields", archived: "includeArchived") {
            $0.untimed("customFields", $1.id)
        },
        .info("customField.info", "hiringProcessMetadataRead", "customFieldId", "customFields", "custom_field") {
            $0.untimed("customFields", $1.id)
        },
        .init(
            "customField.create",
            "hiringProcessMetadataWrite",
            [
                .init("fieldType", .choice(fieldTypes), required: true),
                .init(
                    "objectType",
                    .choice(ownerNames + ["Employee", "Talent_Project", "Offer", "Opening_Version", "Offer_Version"]),
                    required: true
                ),
                .init("title", required: true), .init("description"), .init("selectableValues", .list(.object)),
                .init("isDateOnlyField", .boolean), .init("isExposableToCandidate", .boolean),
                .init("isPrivate", .boolean),
            ]
        ) { (call) throws(AshbyFailure) in
            let isSelect = ["ValueSelect", "MultiValueSelect"].contains(call.arguments.text("fieldType") ?? "")
            guard isSelect == (call.arguments["selectableValues"] != nil) else {
                throw .invalid("selectableValues", isSelect ? "required for a select field" : "only for select fields")
            }
            let row = call.add(
                [
                    "isPrivate": .bool(call.arguments.flag("isPrivate")), "title": call.arguments["title"] ?? .null,
                    "objectType": call.arguments["objectType"] ?? .null, "isArchived": false,
                    "fieldType": call.arguments["fieldType"] ?? .null, "isRequired": false,
                    "selectableValues": isSelect ? .array(try choices(call)) : .null,
                ],
                to: "customFields"
            )
            return .object(call.untimed("customFields", row.id))
        },
        .change(
            "customField.updateSelectableValues",
            "hiringProcessMetadataWrite",
            "customFieldId",
            "customFields",
            "custom_field",
            [.init("selectableValues", .list(.object), required: true)],
            render: { $0.untimed("customFields", $1.id) }
        ) { (row, call) throws(AshbyFailure) in
            guard row["selectableValues"].array != nil else { throw .invalid("customFieldId", "not a select field") }
            var values = try choices(call)
            // What the caller leaves out is archived, not removed: records may still have it.
            for old in row["selectableValues"].array ?? []
            where !values.contains(where: { $0["value"] == old["value"] }) {
                var old = old
                old["isArchived"] = true
                values.append(old)
            }
            row["selectableValues"] = .array(values)
        },
        .init(
            "customField.setValue",
            "candidatesWrite",
            [.id("objectId"), .init("objectType", .choice(ownerNames), required: true)] + one
        ) { (call) throws(AshbyFailure) in
            let type = call.arguments.text("objectType") ?? ""
            return .object(try write(&call, pairs: [sent(call)], type, owners[type], "objectId").first ?? .null)
        },
        .init(
            "customField.setValues",
            "candidatesWrite",
            [.id("objectId"), .init("objectType", .choice(ownerNames), required: true), many]
        ) { (call) throws(AshbyFailure) in
            let type = call.arguments.text("objectType") ?? ""
            return .list(try write(&call, pairs: pairs(call), type, owners[type], "objectId"))
        },
        .init("user.setCustomFieldValue", "organizationWrite", [.id("userId")] + one) { (call) throws(AshbyFailure) in
            .object(try write(&call, pairs: [sent(call)], "Employee", ("users", "user"), "userId").first ?? .null)
        },
        .init("user.setCustomFieldValues", "organizationWrite", [.id("userId"), many]) { (call) throws(AshbyFailure) in
            .list(try write(&call, pairs: pairs(call), "Employee", ("users", "user"), "userId"))
        },
        .init("project.setCustomFieldValue", "projectsWrite", [.id("projectId")] + one) {
            (call) throws(AshbyFailure) in
            .object(
                try write(&call, pairs: [sent(call)], "Talent_Project", ("projects", "project"), "projectId").first
                    ?? .null
            )
        },
        .init("project.setCustomFieldValues", "projectsWrite", [.id("projectId"), many]) {
            (call) throws(AshbyFailure) in
            .list(try write(&call, pairs: pairs(call), "Talent_Project", ("projects", "project"), "projectId"))
        },
    ]

    private typealias Pair = (id: String, value: JSONValue)

    private static func sent(_ call: AshbyCall) -> Pair {
        (call.arguments.text("fieldId") ?? "", call.arguments["fieldValue"] ?? .null)
    }

    private static func pairs(_ call: AshbyCall) throws(AshbyFailure) -> [Pair] {
        var pairs: [Pair] = []
        for item in call.arguments["values"]?.array ?? [] {
            guard let id = item["fieldId"]?.string, StableID.isUUID(id), let value = item["fieldValue"] else {
                throw .invalid("values", "each needs fieldId and fieldValue")
            }
            pairs.append((id.lowercased(), value))
        }
        guard !pairs.isEmpty else { throw .invalid("values", "needs one value or more") }
        return pairs
    }

    private static func choices(_ call: AshbyCall) throws(AshbyFailure) -> [JSONValue] {
        var made: [JSONValue] = []
        for item in call.arguments["selectableValues"]?.array ?? [] {
            guard let label = item["label"]?.string, let value = item["value"]?.string else {
                throw .invalid("selectableValues", "each needs label and value")
            }
            made.append([
                "label": .string(label), "value": .string(value), "isArchived": .bool(item["isArchived"] == true),
            ])
        }
        return made
    }

    /// Sets values on a record, all or none; null clears.
    private static func write(
        _ call: inout AshbyCall,
        pairs: [Pair],
        _ type: String,
        _ owner: (table: String, kind: String)?,
        _ argument: String
    ) throws(AshbyFailure) -> [JSONValue] {
        guard let owner else { throw .invalid("objectType", "cannot have custom fields") }
        var row = try call.row(owner.table, argument, owner.kind)
        var values = row["customFields"].array ?? []
        var written: [JSONValue] = []
        for (id, value) in pairs {
            guard let field = call.store["customFields"][id] else { throw .notFound("custom_field") }
            guard field.text("objectType") == type else { throw .invalid("fieldId", "not a field of \(type)") }
            let entry = try rendered(field, value)
            values.removeAll { $0["id"]?.string == id }
            if !value.isNull { values.append(entry) }
            written.append(entry)
        }
        row["customFields"] = .array(values)
        call.save(row, in: owner.table)
        return written
    }

    private static func rendered(_ field: Row, _ value: JSONValue) throws(AshbyFailure) -> JSONValue {
        var entry: JSONValue = [
            "id": .string(field.id), "title": field["title"], "isPrivate": field["isPrivate"], "value": value,
        ]
        guard !value.isNull else { return entry }
        let type = field.text("fieldType") ?? ""
        let options = (field["selectableValues"].array ?? []).filter { $0["isArchived"] != true }
        func label(_ value: JSONValue) throws(AshbyFailure) -> JSONValue {
            guard let option = options.first(where: { $0["value"] == value }) else {
                throw .invalid("fieldValue", "not one of the field's values (send the value, not the label)")
            }
            return option["label"] ?? .null
        }
        let isRight: Bool
        switch type {
        case "Boolean": isRight = value.bool != nil
        case "Number": isRight = value.number != nil
        case "Currency": isRight = value["value"]?.number != nil && value["currencyCode"]?.string != nil
        case "NumberRange": isRight = value["type"] == "number-range"
        case "CompensationRange": isRight = value["type"] == "compensation-range"
        case "Date": isRight = value.string.flatMap { Timestamp(iso8601: $0) } != nil
        case "UUID": isRight = value.string.map { StableID.isUUID($0) } ?? false
        case "ValueSelect":
            isRight = value.string != nil
            if isRight { entry["valueLabel"] = try label(value) }
        case "MultiValueSelect":
            isRight = value.array != nil
            var labels: [JSONValue] = []
            for one in value.array ?? [] { labels.append(try label(one)) }
            entry["valueLabel"] = .array(labels)
        default: isRight = value.string != nil
        }
        guard isRight else { throw .invalid("fieldValue", "not a value of a field of the type \(type)") }
        return entry
    }
}
