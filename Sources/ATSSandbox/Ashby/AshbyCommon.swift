import Basics
import JSON

/// The shapes that most operations have: a list in pages, one record by id, a record changed in one column.
extension AshbyOperation {
    typealias Render = @Sendable (AshbyCall, Row) -> JSONValue

    /// A list in pages; `archived` names the parameter that shows archived records too.
    static func list(
        _ name: String,
        _ permission: String,
        _ table: String,
        _ more: [Parameter] = [],
        archived: String? = nil,
        column: String = "isArchived",
        where test: @escaping @Sendable (AshbyCall, Row) throws(AshbyFailure) -> Bool = { _, _ in true },
        render: @escaping Render
    ) -> AshbyOperation {
        let flag: [Parameter] = archived.map { [.init($0, .boolean)] } ?? []
        return .init(name, permission, paging + more + flag) { (call) throws(AshbyFailure) in
            let all = archived.map { call.arguments.flag($0) } ?? true
            var rows: [Row] = []
            for row in call.store[table].listed(now: call.now.milliseconds) where try test(call, row) {
                rows.append(row)
            }
            let asked = call
            return try AshbyPager.page(
                asked,
                table,
                list: name,
                where: { all || $0[column] != true },
                among: rows
            ) { render(asked, $0) }
        }
    }

    /// A list that the vendor does not page.
    static func whole(
        _ name: String,
        _ permission: String,
        _ table: String,
        _ more: [Parameter] = [],
        where test: @escaping @Sendable (AshbyCall, Row) -> Bool = { _, _ in true },
        render: @escaping Render
    ) -> AshbyOperation {
        .init(name, permission, more) { (call) throws(AshbyFailure) in
            let asked = call
            let rows = call.store[table].listed(now: call.now.milliseconds)
            return .list(rows.filter { asked.isVisible($0, table) && test(asked, $0) }.map { render(asked, $0) })
        }
    }

    /// One record by the id in an argument.
    static func info(
        _ name: String,
        _ permission: String,
        _ argument: String,
        _ table: String,
        _ kind: String,
        _ more: [Parameter] = [],
        render: @escaping Render
    ) -> AshbyOperation {
        .init(name, permission, [.id(argument)] + more) { (call) throws(AshbyFailure) in
            .object(render(call, try call.row(table, argument, kind)))
        }
    }

    /// A change of one record, which comes back as it is then.
    static func change(
        _ name: String,
        _ permission: String,
        _ argument: String,
        _ table: String,
        _ kind: String,
        _ more: [Parameter] = [],
        render: @escaping Render,
        _ body: @escaping @Sendable (inout Row, inout AshbyCall) throws(AshbyFailure) -> Void
    ) -> AshbyOperation {
        .init(name, permission, [.id(argument)] + more) { (call) throws(AshbyFailure) in
            var row = try call.row(table, argument, kind)
            try body(&row, &call)
            call.save(row, in: table)
            return .object(render(call, call.store[table][row.id] ?? row))
        }
    }
}
