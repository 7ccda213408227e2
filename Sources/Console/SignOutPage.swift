import HTTP
import ToolRouter

/// Ends a session; by a form only, so that no link of another site can.
struct SignOutPage: ConsolePage {
    let section = "sign-out"
    let people: PeopleStore

    func respond(to visit: Visit) async -> HTTPResponse {
        guard visit.method == "POST" else { return visit.redirect("/") }
        do {
            try await people.signOut(visit.browser)
        } catch {
            // It has ended in memory; only the row is left.
            return visit.page(
                "Signed out",
                status: 500,
                "<p class=\"notice error\">You are signed out until this server starts again. Tell whoever runs it.</p>"
            )
        }
        var response = visit.redirect("/sign-in")
        response.fields["Set-Cookie"] = BrowserCookie(address: visit.address).cleared
        return response
    }
}
