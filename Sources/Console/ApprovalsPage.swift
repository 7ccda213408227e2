import Basics
package import HTTP
package import ToolRouter

/// Where people see what waits for them, exactly, and decide.
package struct ApprovalsPage: ConsolePage {
    package let section = "approvals"
    private let store: ApprovalStore

    package init(store: ApprovalStore) { self.store = store }

    package func respond(to visit: Visit) async -> HTTPResponse {
        guard let person = visit.person else { return visit.signIn() }
        let approver = Approver(person, means: .page)
        do throws(RouterError) {
            switch (visit.method, visit.path.count) {
            case ("GET", 1): return try await list(visit, approver)
            case (let method, 2):
                let approval = try await store.approval(visit.path[1])
                guard approver.maySee(approval) else { return missing(visit) }
                return method == "POST"
                    ? await decide(approval, visit, approver) : show(approval, visit, approver, error: nil)
            default: return missing(visit)
            }
        } catch {
            guard error.code != .notFound else { return missing(visit) }
            return visit.page("Approvals", status: 500, "<p class=\"notice error\">\(error.message)</p>")
        }
    }

    package func subject(of visit: Visit) async -> String? { visit.path.count == 2 ? visit.path[1] : nil }

    private func missing(_ visit: Visit) -> HTTPResponse {
        visit.page(
            "No such approval",
            status: 404,
            "<p class=\"notice error\">It does not exist, or it is not yours to see.</p>"
        )
    }

    private func list(_ visit: Visit, _ approver: Approver) async throws(RouterError) -> HTTPResponse {
        let pending = try await store.list(state: .pending).filter(approver.maySee)
        let unreadable = try await store.unreadable()
        let notice: HTML? =
            unreadable == 0
            ? nil
            : """
            <p class="notice error">\(unreadable) that wait cannot be read: changed outside the program, or sealed under
            another key. Whoever runs this server can restore the key; or have them asked for again.</p>
            """
        guard !pending.isEmpty else {
            return visit.page("Approvals", notice ?? "<p>Nothing waits for a decision.</p>")
        }
        let rows = pending.map { approval -> HTML in
            """
            <tr><td><a href="\(visit.link("/approvals/" + approval.id))">\(approval.request.title)</a></td>
            <td>\(approval.request.requester)</td><td>\(ApprovalsPage.time(approval.createdAt))</td>
            <td>\(ApprovalsPage.time(approval.expiresAt))</td></tr>
            """
        }
        return visit.page(
            "Approvals",
            """
            \(notice)
            <table><caption class="dim">What waits for a decision</caption>
            <thead><tr><th scope="col">What</th><th scope="col">Asked by</th><th scope="col">Since</th>
            <th scope="col">Until</th></tr></thead>
            <tbody>
            \(rows)
            </tbody></table>
            """
        )
    }

    private func decide(_ approval: Approval, _ visit: Visit, _ approver: Approver) async -> HTTPResponse {
        let word = visit.form["decision"]
        // The plan that the page showed, which may not be the one that is stored by now.
        guard word == "approve" || word == "reject", let hash = visit.form["plan_hash"] else {
            return show(approval, visit, approver, error: "Choose one of the two buttons.", status: 400)
        }
        do throws(RouterError) {
            _ = try await store.decide(
                approval.id,
                planHash: hash,
                isApproved: word == "approve",
                by: approver,
                comment: visit.form["comment"]
            )
            return visit.redirect("/approvals/" + approval.id)
        } catch {
            let now = (try? await store.approval(approval.id)) ?? approval
            return show(now, visit, approver, error: error.message, status: error.code == .forbidden ? 403 : 409)
        }
    }

    private func show(
        _ approval: Approval,
        _ visit: Visit,
        _ approver: Approver,
        error: String?,
        status: Int = 200
    ) -> HTTPResponse {
        let request = approval.request
        let rows = request.plan.rows.enumerated().map { number, row -> HTML in
            let text: HTML? = row.text.map { "<p>\(ApprovalPlan.visible($0))</p>" }
            let connection: HTML? = row.connection.map { " through <code>\($0)</code>" }
            let records: HTML? =
                row.records.isEmpty
                ? nil : "<p class=\"dim\">Records: \(ApprovalPlan.visible(row.records.joined(separator: ", ")))</p>"
            return """
                <li><h2>\(number + 1). <code>\(row.tool)</code>\(connection)</h2>\(text)\(records)
                <pre>\(row.shownArguments)</pre></li>
                """
        }
        let notice: HTML? = error.map { "<p class=\"notice error\" role=\"alert\">\($0)</p>" }
        let run: HTML? = request.run.map { ", run <code>\($0)</code>" }
        let endpoint: HTML? = request.endpoint.map { ", endpoint <code>\($0)</code>" }
        let main: HTML = """
            \(notice)\(verdict(approval, visit, approver))
            <p>Asked for by \(request.requester)\(endpoint)\(run) at \(ApprovalsPage.time(approval.createdAt)). Exactly
            the following is done, once, and nothing else:</p>
            <ol class="plan">
            \(rows)
            </ol>
            <p class="dim">Plan <code>\(approval.planHash)</code></p>
            """
        return visit.page(ApprovalPlan.visible(request.title), status: status, main)
    }

    private func verdict(_ approval: Approval, _ visit: Visit, _ approver: Approver) -> HTML {
        let now = store.now
        let decision = approval.decision
        let by = decision.map { " by \($0.by) at \(ApprovalsPage.time($0.at))" } ?? ""
        let comment: HTML? = decision?.comment.map { "<p>“\(ApprovalPlan.visible($0))”</p>" }
        switch approval.state(at: now) {
        case .approved:
            return "<p class=\"notice good\">Approved\(by). The agent can go on.</p>\(comment)"
        case .used: return "<p class=\"notice good\">Approved\(by), and done.</p>\(comment)"
        case .rejected: return "<p class=\"notice error\">Refused\(by). Nothing is done.</p>\(comment)"
        case .expired: return "<p class=\"notice error\">Nobody decided in time. Nothing is done.</p>"
        case .pending: break
        }
        do throws(RouterError) {
            try approval.check(approver, planHash: nil, now: now)
        } catch {
            return "<p class=\"notice\">It waits for a decision. \(error.message)</p>"
        }
        let fields: HTML = """
            <input type="hidden" name="plan_hash" value="\(approval.planHash)">
            <div class="field"><label for="comment">Comment</label>
            <input id="comment" name="comment" maxlength="500"></div>
            <button name="decision" value="approve">Approve</button>
            <button name="decision" value="reject" class="secondary">Refuse</button>
            """
        return """
            <p>It can be decided until \(ApprovalsPage.time(approval.expiresAt)). Read all of it first.</p>
            \(visit.form("/approvals/" + approval.id, fields))
            """
    }

    private static func time(_ instant: Timestamp) -> String {
        let text = instant.iso8601
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }
}
