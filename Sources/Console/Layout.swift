import HTTP
import ToolRouter

/// The one frame of every page.
enum Layout {
    static func page(_ title: String, status: Int, _ main: HTML, for visit: Visit) -> HTTPResponse {
        let signedIn: HTML? = visit.person.map { person in
            """
            <div class="who"><span>\(person.name), \(person.role.title)</span>
            \(visit.form("/sign-out", "<button class=\"plain\">Sign out</button>"))</div>
            """
        }
        let html: HTML = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(title) · Switchboard</title>
            <link rel="icon" href="data:,">
            <link rel="stylesheet" href="\(visit.link(StyleSheet.path))">
            </head>
            <body>
            <a class="skip" href="#main">To the content</a>
            <header><a class="brand" href="\(visit.link("/"))">Switchboard</a>\(signedIn)</header>
            <main id="main">
            <h1>\(title)</h1>
            \(main)
            </main>
            </body>
            </html>

            """
        return HTTPResponse(
            status: status,
            fields: ["Content-Type": "text/html; charset=utf-8"],
            body: .bytes(Array(html.markup.utf8))
        )
    }
}
