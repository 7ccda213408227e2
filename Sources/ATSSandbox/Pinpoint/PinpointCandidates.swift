import Basics
import JSON

extension PinpointCatalog {
    static let candidates = PinpointResource(
        type: "candidates",
        className: "Candidate",
        operations: [.list, .get, .update],
        attributes: [
            .init("first_name", .text, .write), .init("middle_name", .text, .write), .init("last_name", .text, .write),
            .init("preferred_name", .text, .write), .init("full_name"), .init("email", .text, .write),
            .init("phone", .text, .write), .init("phone_iso2", .text, .write), .init("date_of_birth", .date, .write),
            .init("address1", .text, .write), .init("address2", .text, .write), .init("town", .text, .write),
            .init("state_province", .text, .write), .init("postcode", .text, .write), .init("country", .text, .write),
            .init("locale", .text, .write), .init("blocked", .boolean, .write),
            .init("external_system_reference", .text, .write), .init("attachments", .list, extra: true),
            .init("tags", .list, extra: true),
            .init("documents_base64", .list, .write, writeOnly: true),
        ] + PinpointResource.times,
        relationships: [
            .init("applications", "applications", .many("applications", key: "candidate_id")),
            .init("hris_references", "hris_exports", .none(many: true)),
            .init("job_seekers", "job_seekers", .many("job_seekers", key: "candidate_id")),
            .init("skills", "skills", .none(many: true), .write),
            .init(
                "custom_attributes",
                "custom_attributes",
                .many("custom_attributes", key: "custom_attributable_key", prefix: "Candidate:"),
                .write
            ),
        ],
        filters: PinpointResource.timeFilters + [
            .init("external_system_reference"), .init("blocked", allowed: ["true", "false"]), .init("phone"),
        ],
        indexed: ["external_system_reference", "email"],
        beforeUpdate: { (write) throws(PinpointFailure) in
            try checkPerson(&write)
            write.row["full_name"] = fullName(write.row)
        }
    )

    static func fullName(_ row: Row) -> JSONValue {
        .string([row.text("first_name"), row.text("last_name")].compactMap { $0 }.joined(separator: " "))
    }

    /// What holds for everything with a name, an address and a telephone.
    static func checkPerson(_ write: inout PinpointWrite) throws(PinpointFailure) {
        for name in ["first_name", "last_name", "email"] where (write.row.text(name) ?? "").isEmpty {
            throw .invalid(name, "can't be blank")
        }
        if let email = write.attributes["email"]?.string, !isEmail(email) { throw .invalid("email", "is invalid") }
        if let phone = write.attributes["phone"]?.string {
            let digits = phone.filter { $0 != " " && $0 != "-" && $0 != "(" && $0 != ")" }
            let number = digits.hasPrefix("+") ? digits.dropFirst() : digits[...]
            guard (5...15).contains(number.count), number.allSatisfy(\.isASCIIDigit) else {
                throw .invalid("phone", "is invalid")
            }
            write.row["phone"] = .string(digits)
        }
        let isAmerican = write.row.text("country") == "United States"
        if isAmerican { write.row["address2"] = .null } else { write.row["state_province"] = .null }
    }

    static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".") && !text.contains(" ")
    }
}

extension Character {
    var isASCIIDigit: Bool { isASCII && isNumber }
}
