import Basics
import JSON

extension PinpointCatalog {
    static let people: [PinpointResource] = [users, accessGroups]

    private static let users = PinpointResource(
        type: "users",
        className: "User",
        operations: [.list, .get, .create, .update, .delete],
        attributes: [
            .init("first_name", .text, .write), .init("last_name", .text, .write), .init("email", .text, .write),
            .init("access_group_id", .id, .write), .init("time_zone", .text, .write),
            .init("last_sign_in_at", .instant),
            .init("user_type", .text, .create, writeOnly: true, allowed: ["employee", "recruiter"]),
            .init("send_invitation", .boolean, .create, writeOnly: true),
        ] + PinpointResource.times,
        hidden: ["employee"],
        filters: [
            .init(
                "hiring_manager_job_id",
                .custom { row, values, store in
                    values.contains { store["jobs"][$0]?.text("hiring_manager_user_id") == row.id }
                }
            ),
            .init(
                "recruitment_manager_job_id",
                .custom { row, values, store in
                    values.contains { store["jobs"][$0]?.text("recruitment_manager_id") == row.id }
                }
            ),
            .init(
                "creator_job_id",
                .custom { row, values, store in
                    values.contains { store["jobs"][$0]?.text("creator_user_id") == row.id }
                }
            ),
            .init("interviewing_user_id", .custom { row, values, _ in values.contains(row.id) }),
            .init("employee", allowed: ["true", "false"]), .init("email", .folded("email")),
        ],
        sorts: ["id"],
        required: ["first_name", "last_name", "email", "user_type"],
        indexed: ["email"],
        beforeCreate: { (write) throws(PinpointFailure) in
            write.row["employee"] = .bool(write.attributes["user_type"] == "employee")
            try checkUser(write)
        },
        beforeUpdate: { (write) throws(PinpointFailure) in try checkUser(write) },
        beforeDelete: { (write) throws(PinpointFailure) in
            if write.row.id == systemUser { throw .refused("The system user cannot be deleted") }
        }
    )

    private static func checkUser(_ write: PinpointWrite) throws(PinpointFailure) {
        for name in ["first_name", "last_name", "email"] where (write.row.text(name) ?? "").isEmpty {
            throw .invalid(name, "can't be blank")
        }
        let email = write.row.text("email") ?? ""
        guard isEmail(email) else { throw .invalid("email", "is invalid") }
        let others = write.store["users"].rows(where: "email", is: email)
        guard others.allSatisfy({ $0.id == write.row.id }) else { throw .invalid("email", "has already been taken") }
        if let group = write.row.text("access_group_id"), write.store["access_groups"][group] == nil {
            throw .invalid("access_group_id", "must exist")
        }
    }

    private static let accessGroups = PinpointResource(
        type: "access_groups",
        className: "AccessGroup",
        attributes: [
            .init("name"), .init("description"), .init("number_of_roles", .integer),
            .init("create_as_referral", .boolean), .init("wizard_enabled", .boolean),
            .init("wizard_requirements", .object),
        ] + PinpointResource.times,
        relationships: [.init("roles", "roles", .none(many: true))],
        filters: PinpointResource.timeFilters
    )
}
