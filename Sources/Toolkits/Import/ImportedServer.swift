import Basics
import JSON

/// Where an imported API is, and which part of its address a connection fills in.
struct ImportedServer {
    var document: JSONValue
    /// The host, as a toolkit allows it.
    var host: String
    var fields: [JSONValue] = []

    init?(_ source: JSONElement, given: String?, _ reader: inout DefinitionReader) {
        let place = JSONPointer(tokens: ["servers"])
        let server = source["servers"].flatMap { $0[0] }
        var url = given ?? server?["url"]?.string ?? ""
        while url.hasSuffix("/") { url.removeLast() }
        if url.hasPrefix("http://") {
            url = "https://" + url.dropFirst("http://".count)
            reader.warning(place, "the server's address is not encrypted; https is used instead")
        }
        guard url.hasPrefix("https://") else {
            reader.error(
                place,
                "names no address that begins with https; give one with --server https://api.example.com"
            )
            return nil
        }
        let authority = url.dropFirst("https://".count).prefix { $0 != "/" }
        var host = String(authority)
        if let colon = host.lastIndex(of: ":") {
            reader.error(place, "has port \(host[host.index(after: colon)...]); requests go to port 443 only")
            return nil
        }
        var variables = JSONObject()
        for name in OpenAPIDocument.placeholders(in: url) {
            let variable = server?["variables"]?[name]
            let text = variable?["description"]?.string.map { ImportedText.line($0) } ?? ""
            var entry = JSONObject()
            entry["default"] = .string(variable?["default"]?.string ?? "")
            entry["description"] = text.isEmpty ? nil : .string(text)
            variables[name] = .object(entry)
            let isLabel = host.hasPrefix("{\(name)}.")
            if isLabel {
                host = "*" + host.dropFirst(name.count + 2)
                fields.append([
                    "name": .string(ImportedName.words(of: name).joined(separator: "_").lowercased()),
                    "title": .string(ImportedName.title(name)),
                    "description": .string(text.isEmpty ? "The part of the address that is your own." : text),
                    "server_variable": .string(name),
                ])
            } else if variable?["default"]?.string == nil {
                reader.error(place, "{\(name)} can be filled in only as the first label of the host; use --server")
                return nil
            }
        }
        guard EgressRule.isPattern(host) else {
            reader.error(place, "\"\(host)\" is no host name; give the address with --server https://api.example.com")
            return nil
        }
        self.host = host
        var result: JSONObject = ["url": .string(url)]
        if !variables.isEmpty { result["variables"] = .object(variables) }
        document = .object(result)
    }
}
