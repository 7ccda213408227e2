import Basics
import JSON

/// One type of record in Pinpoint: what it shows, what it can be asked, and what can be written.
struct PinpointResource: Sendable {
    enum Kind: Sendable { case text, id, integer, number, boolean, instant, date, object, list }

    /// When a caller may set an attribute.
    enum Access: Sendable { case read, write, create }

    struct Attribute: Sendable {
        var name: String
        var kind: Kind
        var access: Access
        /// Shown only when `extra_fields` asks for it.
        var isExtra: Bool
        /// Never shown.
        var isWriteOnly: Bool
        var allowed: [String]

        init(
            _ name: String,
            _ kind: Kind = .text,
            _ access: Access = .read,
            extra: Bool = false,
            writeOnly: Bool = false,
            allowed: [String] = []
        ) {
            self.name = name
            self.kind = kind
            self.access = access
            isExtra = extra
            isWriteOnly = writeOnly
            self.allowed = allowed
        }
    }

    /// Where a relationship's records are found.
    enum Link: Sendable {
        /// The id is in a column.
        case one(String)
        /// The id is in a column, and another has the class name.
        case polymorphic(id: String, type: String)
        /// A table's rows whose column has this id after a prefix.
        case many(String, key: String, prefix: String = "")
        /// There are never any.
        case none(many: Bool)
    }

    struct Relationship: Sendable {
        var name: String
        var types: [String]
        var link: Link
        var access: Access
        var isRequired: Bool

        init(_ name: String, _ types: [String], _ link: Link, _ access: Access = .read, required: Bool = false) {
            self.name = name
            self.types = types
            self.link = link
            self.access = access
            isRequired = required
        }

        init(_ name: String, _ type: String, _ link: Link, _ access: Access = .read, required: Bool = false) {
            self.init(name, [type], link, access, required: required)
        }
    }

    enum Match: Sendable {
        /// Any of the values is the column's.
        case any(String)
        /// Any of the values is the column's, in whatever case.
        case folded(String)
        /// The column is later than `gt`, or earlier than `lt`.
        case instant(String)
        /// Any of the values is part of one of the columns.
        case words([String])
        /// Decided by the rows around it.
        case custom(@Sendable (Row, [String], Store) -> Bool)
    }

    struct Filter: Sendable {
        var name: String
        var match: Match
        var allowed: [String]

        init(_ name: String, _ match: Match, allowed: [String] = []) {
            self.name = name
            self.match = match
            self.allowed = allowed
        }

        /// A filter on the column of its own name.
        init(_ name: String, allowed: [String] = []) {
            self.init(name, .any(name), allowed: allowed)
        }
    }

    enum Operation: Sendable { case list, get, create, update, delete }

    typealias Hook = @Sendable (inout PinpointWrite) throws(PinpointFailure) -> Void

    var type: String
    /// The class name that polymorphic attributes show.
    var className: String
    var operations: Set<Operation> = [.list, .get]
    var attributes: [Attribute]
    /// Columns that are kept and never shown.
    var hidden: [String] = []
    var relationships: [Relationship] = []
    var filters: [Filter] = []
    var sorts: [String] = ["id", "created_at", "updated_at"]
    var required: [String] = []
    var indexed: [String] = []
    var computed: [String: @Sendable (Row, Store, Timestamp) -> JSONValue] = [:]
    /// The column of the job whose confidentiality hides the record, and the names of the filter that shows it.
    var confidentiality: (visibility: @Sendable (Row, Store) -> String?, filters: [String])?
    var beforeCreate: Hook?
    var beforeUpdate: Hook?
    var afterWrite: Hook?
    var beforeDelete: Hook?

    func attribute(_ name: String) -> Attribute? { attributes.first { $0.name == name } }
    func relationship(_ name: String) -> Relationship? { relationships.first { $0.name == name } }

    var columns: [String] {
        attributes.filter { !$0.isWriteOnly && computed[$0.name] == nil }.map(\.name) + hidden
    }

    static let times = [Attribute("created_at", .instant), Attribute("updated_at", .instant)]
    static let timeFilters = [
        Filter("created_at", .instant("created_at")), Filter("updated_at", .instant("updated_at")),
    ]
}
