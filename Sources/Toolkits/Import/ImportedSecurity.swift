import Basics
import JSON

/// How an imported API knows who calls: the first of its security schemes that can be used.
struct ImportedSecurity {
    /// The field that holds the secret.
    static let field = "api_key"

    /// As an OpenAPI security scheme; nil when the API asks for none that can be used.
    var scheme: JSONValue?
    var fields: [JSONValue] = []

    init(_ document: JSONElement, server: ImportedServer, _ reader: inout DefinitionReader) {
        let place = JSONPointer(tokens: ["components", "securitySchemes"])
        guard let schemes = document["components"]?["securitySchemes"] else { return }
        let resolver = ReferenceResolver(document: document)
        // What the document asks for everywhere comes first.
        var names: [String] = []
        for requirement in document["security"].map({ Array($0.elements) }) ?? [] {
            names += requirement.members.map(\.name)
        }
        names += schemes.members.map(\.name).filter { !names.contains($0) }
        for name in names {
            guard let raw = schemes[name]?.value, case .success(let found) = resolver.resolve(raw),
                let usable = ImportedSecurity.usable(found)
            else { continue }
            scheme = usable.scheme
            let text = found["description"]?.string.map { ImportedText.line($0) } ?? ""
            fields = [
                [
                    "name": .string(ImportedSecurity.field), "title": .string(usable.title),
                    "description": .string(text.isEmpty ? usable.hint : text), "secret": true,
                ]
            ]
            if found["type"] == "oauth2" || found["type"] == "openIdConnect" {
                reader.warning(
                    place.appending(name),
                    "signing in is left to you: a token is asked for and sent as it is"
                )
            }
            if names.count > 1 { reader.warning(place, "of several ways to prove who calls, \"\(name)\" is used") }
            return
        }
        reader.warning(place, "no way to prove who calls can be used; keys in addresses and cookies are not supported")
    }

    private static func usable(_ scheme: JSONValue) -> (scheme: JSONValue, title: String, hint: String)? {
        switch (scheme["type"]?.string, scheme["scheme"]?.string?.lowercased(), scheme["in"]?.string) {
        case ("http", "basic", _):
            (["type": "http", "scheme": "basic"], "API key", "Sent as the user name; the password stays empty.")
        case ("http", "bearer", _), ("oauth2", _, _), ("openIdConnect", _, _):
            (["type": "http", "scheme": "bearer"], "Token", "An access token of the API.")
        case ("apiKey", _, "header"):
            (
                ["type": "apiKey", "in": "header", "name": scheme["name"] ?? "Authorization"], "API key",
                "A key of the API, sent in a header."
            )
        default: nil
        }
    }
}
