package import HTTP
package import ToolRouter

/// One request to a page, with who makes it.
package struct Visit: Sendable {
    /// `GET` or `POST`.
    package let method: String
    /// The parts of the path, decoded; the first is the page's section.
    package let path: [String]
    package let query: FormFields
    /// The fields of a form that was made for this browser; empty for a GET.
    package let form: FormFields
    /// Who is signed in; nil for nobody.
    package let person: Person?
    /// The address that the request came from.
    package let peer: String
    /// Path and query as they came, to come back to.
    package let target: String
    /// The browser, by its cookie; new where it brought none.
    package let browser: BrowserToken
    let address: PublicAddress

    /// A path of this server as it stands in a link, such as `/sign-in`.
    package func link(_ path: String) -> String { address.basePath + path }

    /// The page for this visitor.
    ///
    /// - Parameters:
    ///   - title: What the page is about; shown as its heading.
    ///   - status: 200, or what went wrong.
    ///   - main: The content.
    package func page(_ title: String, status: Int = 200, _ main: HTML) -> HTTPResponse {
        Layout.page(title, status: status, main, for: self)
    }

    /// A form that is sent to a path of this server, with the token that proves where it comes from.
    package func form(_ path: String, _ content: HTML) -> HTML {
        """
        <form method="post" action="\(link(path))" autocomplete="off">
        <input type="hidden" name="\(Visit.tokenField)" value="\(browser.formToken)">
        \(content)
        </form>
        """
    }

    /// Sends the browser to another path of this server, as a GET.
    package func redirect(_ path: String) -> HTTPResponse {
        HTTPResponse(status: 303, fields: ["Location": link(path)])
    }

    /// Has the visitor sign in, and come back here.
    package func signIn() -> HTTPResponse { redirect("/sign-in?next=" + PercentEncoding.encode(target)) }

    /// What is shown where the person may not do what the page is for.
    package func forbidden(_ reason: String) -> HTTPResponse {
        page(
            "Not allowed",
            status: 403,
            """
            <p class="notice error">\(reason)</p>
            \(form("/sign-out", "<button class=\"secondary\">Sign out</button>"))
            """
        )
    }

    static let tokenField = "form_token"
}
