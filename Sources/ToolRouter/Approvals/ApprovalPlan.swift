import Basics
import Cryptography
package import JSON

/// What a person is asked to approve: every call, exactly as it will be made.
package struct ApprovalPlan: Sendable, Hashable {
    /// One call of the plan.
    package struct Row: Sendable, Hashable {
        package var tool: String
        /// The connection that is used; nil for the user's only one.
        package var connection: String?
        /// The arguments as they will be sent, none left out.
        package var arguments: JSONObject
        /// The ids of the records that the call is about.
        package var records: [String]
        /// What the call does, in a person's words, such as `Comment on application 5566 (Sarah Jenkins)`.
        package var text: String?

        /// A row; the ids are found in the arguments unless they are given.
        package init(
            tool: String,
            connection: String? = nil,
            arguments: JSONObject,
            records: [String]? = nil,
            text: String? = nil
        ) {
            self.tool = tool
            self.connection = connection
            self.arguments = arguments
            self.records = records ?? Row.recordIDs(in: arguments)
            self.text = text
        }

        /// The values of arguments whose names say that they are ids, in order.
        package static func recordIDs(in arguments: JSONObject) -> [String] {
            var found: [String] = []
            for member in arguments {
                let name = member.name
                let isID =
                    name == "id" || name == "ids" || name.hasSuffix("_id") || name.hasSuffix("_ids")
                    || name.hasSuffix("Id") || name.hasSuffix("Ids")
                guard isID else { continue }
                for value in member.value.array ?? [member.value] {
                    guard let id = value.string ?? value.number?.text, !found.contains(id) else { continue }
                    found.append(id)
                }
            }
            return found
        }

        /// The row as the pages, the commands and the control API show it.
        package var json: JSONValue {
            [
                "tool": .string(tool), "connection": connection.map { .string($0) } ?? .null,
                "arguments": .object(arguments), "records": .array(records.map { .string($0) }),
                "text": text.map { .string($0) } ?? .null,
            ]
        }

        init?(_ json: JSONValue) {
            guard let tool = json["tool"]?.string, let arguments = json["arguments"]?.object,
                let records = json["records"]?.array
            else { return nil }
            self.tool = tool
            self.arguments = arguments
            self.records = records.compactMap(\.string)
            connection = json["connection"]?.string
            text = json["text"]?.string
        }
    }

    package var rows: [Row]

    package init(_ rows: [Row]) {
        self.rows = rows
    }

    /// The rows as one JSON array.
    package var json: JSONValue { .array(rows.map(\.json)) }

    /// SHA-256 of the rows as JSON with sorted names, in hexadecimal: what a decision is bound to.
    package var hash: String { Hex.encode(SHA256.hash(JSONWriter.bytes(of: json, sorted: true))) }

    init?(_ text: String) {
        guard let values = (try? JSONParser.parse(text))?.array else { return nil }
        rows = values.compactMap { Row($0) }
        guard rows.count == values.count else { return nil }
    }
}
