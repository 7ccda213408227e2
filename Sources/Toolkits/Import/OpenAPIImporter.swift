package import Basics
package import JSON

/// Makes a toolkit folder from an OpenAPI document of someone else's.
///
/// What the document does not say is guessed, and every guess is told: effects come from the method and from words in
/// the operation's name. The result is meant to be read and corrected by a person.
package struct OpenAPIImporter {
    /// What came of a document.
    package struct Result: Sendable {
        /// The two files of the folder; nil when no toolkit can be made of the document.
        package var files: (openAPI: JSONValue, toolkit: JSONValue)?
        /// What was guessed, changed or left out.
        package var diagnostics: [Diagnostic]
        /// The operations that became tools, and those that did not.
        package var counts: (tools: Int, excluded: Int)
    }

    let name: String
    var reader: DefinitionReader
    private var operations: [ImportedOperation] = []
    private var excluded: [JSONValue] = []
    private var usedNames: Set<String> = []
    private var usedIDs: Set<String> = []

    private static let methods = ["get", "put", "post", "delete", "patch"]

    private init(_ text: [UInt8], name: String, file: String) {
        self.name = name
        reader = DefinitionReader(file: file, text: text)
    }

    /// Converts an OpenAPI 3.0 or 3.1 document in JSON.
    ///
    /// - Parameters:
    ///   - text: The document.
    ///   - name: The toolkit's name: lower-case letters, digits and `_`.
    ///   - file: The document's path, for diagnostics.
    ///   - server: The address of the API, where the document names none that can be used.
    package static func convert(_ text: [UInt8], name: String, file: String, server: String? = nil) -> Result {
        var importer = OpenAPIImporter(text, name: name, file: file)
        let files = importer.convert(server: server)
        return Result(
            files: files,
            diagnostics: importer.reader.diagnostics,
            counts: (importer.operations.count, importer.excluded.count)
        )
    }

    private mutating func convert(server given: String?) -> (openAPI: JSONValue, toolkit: JSONValue)? {
        guard let document = reader.parseDocument() else { return nil }
        let version = document["openapi"]?.string ?? ""
        guard version.hasPrefix("3.") else {
            reader.error(JSONPointer(tokens: ["openapi"]), "must be version 3.0 or 3.1 of OpenAPI, in JSON")
            return nil
        }
        let place = ImportedServer(document, given: given, &reader)
        guard let place else { return nil }
        let security = ImportedSecurity(document, server: place, &reader)
        let paths = JSONPointer(tokens: ["paths"])
        let resolver = ReferenceResolver(document: document)
        for path in document["paths"].map({ Array($0.members) }) ?? [] {
            let shared = path.value["parameters"]
            for member in path.value.members where OpenAPIImporter.methods.contains(member.name) {
                add(member.value, member.name, path.name, shared, resolver, paths.appending(path.name))
            }
        }
        guard !operations.isEmpty else {
            reader.error(paths, "none of the operations can become a tool")
            return nil
        }
        let bodies = operations.filter(\.hasBody)
        let isJSONAPI = !bodies.isEmpty && bodies.allSatisfy(\.isJSONAPI)
        let title = document["info"]?["title"]?.string ?? name
        return (
            openAPI(document, title: title, server: place, security: security),
            toolkit(document, title: title, server: place, security: security, isJSONAPI: isJSONAPI)
        )
    }

    private mutating func add(
        _ operation: JSONElement,
        _ method: String,
        _ path: String,
        _ shared: JSONElement?,
        _ resolver: ReferenceResolver,
        _ parent: JSONPointer
    ) {
        let pointer = parent.appending(method)
        let id = unique(operation["operationId"]?.string ?? "\(method) \(path)", in: &usedIDs, limit: 200)
        do {
            var imported = try ImportedOperation(operation, id: id, method, path, shared, resolver)
            imported.toolName = unique(
                ImportedName.tool(id, method, path, toolkit: name),
                in: &usedNames,
                limit: 64
            )
            for change in imported.changes { reader.warning(pointer, change) }
            operations.append(imported)
        } catch {
            excluded.append(["operation": .string(id), "reason": .string(error.reason)])
            reader.warning(pointer, "no tool: \(error.reason)")
        }
    }

    private func unique(_ wanted: String, in used: inout Set<String>, limit: Int) -> String {
        var candidate = String(wanted.prefix(limit))
        var number = 2
        while !used.insert(candidate).inserted {
            let suffix = "_\(number)"
            candidate = String(wanted.prefix(limit - suffix.count)) + suffix
            number += 1
        }
        return candidate
    }

    private func openAPI(
        _ document: JSONElement,
        title: String,
        server: ImportedServer,
        security: ImportedSecurity
    ) -> JSONValue {
        var paths = JSONObject()
        for operation in operations {
            var item = paths[operation.path]?.object ?? [:]
            item[operation.method] = operation.document
            paths[operation.path] = .object(item)
        }
        var result: JSONObject = [
            "openapi": "3.1.0",
            "info": ["title": .string(title), "version": document["info"]?["version"]?.value ?? "1"],
            "servers": [server.document],
        ]
        if let scheme = security.scheme {
            result["security"] = [["key": []]]
            result["components"] = ["securitySchemes": ["key": scheme]]
        }
        result["paths"] = .object(paths)
        return .object(result)
    }

    private func toolkit(
        _ document: JSONElement,
        title: String,
        server: ImportedServer,
        security: ImportedSecurity,
        isJSONAPI: Bool
    ) -> JSONValue {
        let about = document["info"]?["description"]?.string.map { ImportedText.sentence($0) } ?? ""
        var result: JSONObject = [
            "format": 1, "name": .string(name), "title": .string(title),
            "description": .string(about.isEmpty ? "Operations of \(title)." : about),
            "hosts": [.string(server.host)],
        ]
        var authentication = JSONObject()
        if security.scheme != nil {
            authentication["scheme"] = "key"
            authentication["credential"] = .string(ImportedSecurity.field)
        }
        let fields = server.fields + security.fields
        if !fields.isEmpty { authentication["fields"] = .array(fields) }
        let probe = operations.first { $0.effect == "read" && $0.method == "get" && !$0.needsArguments }
        if let probe { authentication["probe"] = ["tool": .string(probe.toolName)] }
        if !authentication.isEmpty { result["authentication"] = .object(authentication) }
        if isJSONAPI {
            result["request"] = ["headers": ["Accept": "application/vnd.api+json"], "body": "json_api"]
            result["response"] = ["format": "json_api"]
        }
        result["errors"] = [
            "message": [
                "/error/message", "/message", "/errors/0/detail", "/errors/0/message", "/errors/0",
                "/error_description",
                "/detail", "/error", "/title",
            ],
            "code": ["/error/code", "/code", "/errors/0/code", "/error/type"],
            "request_id_headers": ["x-request-id", "request-id"],
            "rules": [
                ["status": [401], "error": "unauthorized", "credentials": true],
                ["status": [403], "error": "forbidden"],
                ["status": [404], "error": "not_found"],
                ["status": [400, 422], "error": "invalid_request"],
                ["status": [409], "error": "conflict"],
                ["status": [429], "error": "rate_limited"],
            ],
        ]
        result["rate_limit"] = [
            "limit": ["x-ratelimit-limit", "ratelimit-limit"],
            "remaining": ["x-ratelimit-remaining", "ratelimit-remaining"],
            "reset": ["x-ratelimit-reset", "ratelimit-reset"], "retry_after": ["retry-after"],
        ]
        result["tools"] = .array(operations.map(\.tool))
        if !excluded.isEmpty { result["excluded"] = .array(excluded) }
        return .object(result)
    }
}
