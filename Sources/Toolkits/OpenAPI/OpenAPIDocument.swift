import JSON

/// What is used of an OpenAPI 3.1 document.
struct OpenAPIDocument {
    /// The first server's address, with `{name}` for each variable, without a slash at the end.
    var server: String
    /// The variables in it that have a default value.
    var serverDefaults: [String: String]
    var securitySchemes: [String: JSONValue]
    var operations: [String: OpenAPIOperation]

    private static let methods = ["get", "put", "post", "delete", "patch"]

    /// Reads a document; what is wrong with it is in the reader's diagnostics.
    ///
    /// Nil when it cannot be used at all.
    init?(_ reader: inout DefinitionReader) {
        guard let document = reader.parseDocument(),
            let root = reader.section(OpenAPIDocument.used(of: document, &reader), at: JSONPointer())
        else { return nil }
        let version = reader.string(root, "openapi", required: true) ?? ""
        guard version.hasPrefix("3.") else {
            reader.error(root.place("openapi"), "must be version 3.0 or 3.1 of OpenAPI")
            return nil
        }
        var serverURL = ""
        var defaults: [String: String] = [:]
        if let server = root.object["servers"]?[0], let url = server["url"]?.string {
            serverURL = url
            for variable in server["variables"]?.object ?? [:] {
                if let text = variable.value["default"]?.string, !text.isEmpty { defaults[variable.name] = text }
            }
        } else {
            reader.error(root.pointer, "\"servers\" must name the address of the API")
        }
        while serverURL.hasSuffix("/") { serverURL.removeLast() }
        server = serverURL
        serverDefaults = defaults
        var schemes: [String: JSONValue] = [:]
        for scheme in root.object["components"]?["securitySchemes"]?.object ?? [:] {
            schemes[scheme.name] = scheme.value
        }
        securitySchemes = schemes
        operations = [:]
        let resolver = ReferenceResolver(document: document)
        guard let paths = reader.section(root, "paths", required: true) else { return nil }
        for path in paths.object {
            guard let item = reader.section(paths, path.name) else { continue }
            for method in OpenAPIDocument.methods {
                guard let section = reader.section(item, method) else { continue }
                let shared = item.object["parameters"]?.array ?? []
                guard let operation = OpenAPIDocument.operation(section, method, path.name, shared, resolver, &reader)
                else { continue }
                if operations.updateValue(operation, forKey: operation.id) != nil {
                    reader.error(section.place("operationId"), "\"\(operation.id)\" is there twice")
                }
            }
        }
    }

    /// The document without responses and shared schemas, which are most of it and are looked at only by reference.
    private static func used(of document: JSONElement, _ reader: inout DefinitionReader) -> JSONValue {
        guard document.isObject else { return document.value }
        var used = JSONObject()
        for member in document.members where member.name != "components" && member.name != "paths" {
            used[member.name] = member.value.value
        }
        if let schemes = document["components"]?["securitySchemes"] {
            used["components"] = ["securitySchemes": schemes.value]
        }
        guard let paths = document["paths"] else { return .object(used) }
        guard paths.isObject else {
            used["paths"] = paths.value
            return .object(used)
        }
        var kept = JSONObject()
        for path in paths.members {
            if kept[path.name] != nil {
                reader.error(JSONPointer(tokens: ["paths", path.name]), "this path is there twice")
            }
            kept[path.name] = path.value.isObject ? .object(operations(of: path.value)) : path.value.value
        }
        used["paths"] = .object(kept)
        return .object(used)
    }

    private static func operations(of path: JSONElement) -> JSONObject {
        var kept = JSONObject()
        for member in path.members {
            guard member.value.isObject else {
                kept[member.name] = member.value.value
                continue
            }
            var operation = JSONObject()
            for part in member.value.members where part.name != "responses" { operation[part.name] = part.value.value }
            kept[member.name] = .object(operation)
        }
        return kept
    }

    private static func operation(
        _ section: DefinitionReader.Section,
        _ method: String,
        _ path: String,
        _ shared: [JSONValue],
        _ resolver: ReferenceResolver,
        _ reader: inout DefinitionReader
    ) -> OpenAPIOperation? {
        guard let id = reader.string(section, "operationId", required: true) else { return nil }
        var operation = OpenAPIOperation(
            id: id,
            method: method.uppercased(),
            path: path,
            summary: section.object["summary"]?.string ?? "",
            description: section.object["description"]?.string ?? "",
            parameters: [],
            body: nil,
            pointer: section.pointer
        )
        let own = section.object["parameters"]?.array ?? []
        for (position, raw) in (own + shared).enumerated() {
            let pointer = section.place("parameters").appending(String(position))
            guard let object = resolved(raw, resolver, &reader, pointer)?.object, let name = object["name"]?.string,
                let place = object["in"]?.string.flatMap(OpenAPIParameter.Place.init(rawValue:))
            else {
                reader.error(pointer, "must have a name and be in path, query or header")
                continue
            }
            guard !operation.parameters.contains(where: { $0.name == name && $0.place == place }) else { continue }
            let explodes = object["explode"]?.bool ?? (object["style"]?.string ?? "form" == "form")
            operation.parameters.append(
                OpenAPIParameter(
                    name: name,
                    place: place,
                    isRequired: place == .path || object["required"]?.bool == true,
                    description: object["description"]?.string ?? "",
                    schema: object["schema"] ?? [:],
                    explodes: explodes,
                    pointer: pointer
                )
            )
        }
        for name in placeholders(in: path)
        where !operation.parameters.contains(where: { $0.place == .path && $0.name == name }) {
            reader.error(section.pointer, "the path has {\(name)}, but there is no such path parameter")
        }
        if let raw = section.object["requestBody"] {
            operation.body = body(raw, resolver, &reader, section.place("requestBody"))
        }
        return operation
    }

    private static func body(
        _ raw: JSONValue,
        _ resolver: ReferenceResolver,
        _ reader: inout DefinitionReader,
        _ pointer: JSONPointer
    ) -> OpenAPIBody? {
        guard let object = resolved(raw, resolver, &reader, pointer) else { return nil }
        let content = object["content"]?.object ?? [:]
        let isJSON: (JSONObject.Member) -> Bool = { $0.name == "application/json" || $0.name.hasSuffix("+json") }
        guard let chosen = content.first(where: isJSON) ?? content.first else {
            reader.error(pointer, "must have a content type")
            return nil
        }
        var body = OpenAPIBody(
            contentType: chosen.name,
            isRequired: object["required"]?.bool ?? false,
            schema: chosen.value["schema"] ?? [:],
            pointer: pointer.appending("content").appending(chosen.name).appending("schema")
        )
        if let form = content["multipart/form-data"]?["schema"] { addFiles(of: form, to: &body) }
        return body
    }

    /// Adds the files of a form to the body, as `{filename, data}`.
    ///
    /// Where the operation takes JSON as well, what only one of the two needs is not needed.
    private static func addFiles(of form: JSONValue, to body: inout OpenAPIBody) {
        var properties = body.schema["properties"]?.object ?? [:]
        for property in form["properties"]?.object ?? [:] {
            let isFile =
                property.value["format"]?.string == "binary" || property.value["contentMediaType"] != nil
            guard isFile else { continue }
            body.files.insert(property.name)
            var file: JSONObject = [
                "type": "object", "properties": MultipartBody.fileProperties, "required": ["filename", "data"],
                "additionalProperties": false,
            ]
            file["description"] = property.value["description"]
            properties[property.name] = .object(file)
        }
        var schema = body.schema.object ?? [:]
        schema["properties"] = .object(properties)
        let inForm = form["required"]?.array ?? []
        schema["required"] = .array((schema["required"]?.array ?? []).filter { inForm.contains($0) })
        body.schema = .object(schema)
    }

    private static func resolved(
        _ value: JSONValue,
        _ resolver: ReferenceResolver,
        _ reader: inout DefinitionReader,
        _ pointer: JSONPointer
    ) -> JSONValue? {
        switch resolver.resolve(value) {
        case .success(let resolved): return resolved
        case .failure(let problem):
            reader.error(pointer, problem.message)
            return nil
        }
    }

    static func placeholders(in template: String) -> [String] {
        template.split(separator: "{", omittingEmptySubsequences: false).dropFirst().map { part in
            String(part.prefix { $0 != "}" })
        }
    }
}
