import JSON

extension ApprovalPlan.Row {
    /// The arguments as JSON on several lines, none shortened, with invisible characters spelled out.
    ///
    /// A person decides by what is seen; characters without a shape, or that reorder others, could hide something.
    package var shownArguments: String { ApprovalPlan.visible(JSONWriter.pretty(.object(arguments))) }
}

extension ApprovalPlan {
    /// Text with every character that has no shape of its own written as `\u{…}`; line breaks stay.
    package static func visible(_ text: String) -> String {
        func isHidden(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar.properties.generalCategory {
            case .control: scalar != "\n"
            case .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
            case .spaceSeparator: scalar != " "
            default: scalar.properties.isDefaultIgnorableCodePoint
            }
        }
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            if isHidden(scalar) {
                shown += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}

extension Approver {
    /// A person from the list of people; each role includes the ones below it.
    package init(_ person: Person, means: Means) {
        self.init(name: person.name, role: person.role, means: means)
    }

    /// Somebody with a role, which includes the ones below it.
    package init(name: String, role: PersonRole, means: Means) {
        let roles = PersonRole.allCases.filter { $0 <= role }.map(\.rawValue)
        self.init(name: name, roles: roles, means: means)
    }

    /// Whether an approval may be seen: by those who may decide it, and by who asked for it.
    package func maySee(_ approval: Approval) -> Bool {
        approval.request.requester == name || approval.request.roles.contains(where: roles.contains)
    }
}
