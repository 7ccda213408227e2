package import Basics
import JSON
import Tools

/// Loads toolkit folders.
package enum ToolkitLoader {
    /// What came of loading several folders.
    package struct Loaded: Sendable {
        /// Those that can be used, sorted by name.
        package var toolkits: [Toolkit]
        package var diagnostics: [Diagnostic]
    }

    private static let maximumFileSize = 16 << 20

    /// Loads one folder.
    ///
    /// The toolkit is nil when one of its files cannot be used. A tool that is not documented well enough is left out of
    /// it, with a diagnostic that says why.
    package static func load(folder: String) -> (toolkit: Toolkit?, diagnostics: [Diagnostic]) {
        var folder = folder
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        let name = String(folder.split(separator: "/").last ?? "")
        let path = folder + "/toolkit.json"
        let text: [UInt8]
        do {
            text = try FolderFiles.read(path, limit: maximumFileSize)
        } catch {
            return (nil, [Diagnostic(.error, file: path, "cannot be read: \(error)")])
        }
        var definitionReader = ToolkitDefinitionReader(reader: DefinitionReader(file: path, text: text))
        let definition = definitionReader.read(folderName: name)
        // Without a definition the OpenAPI document is read all the same, so that all problems are told at once.
        let documentPath = folder + "/" + (definition?.openAPIFile ?? "openapi.json")
        guard !(definition?.openAPIFile.contains("/") ?? false) else {
            definitionReader.reader.error(JSONPointer(tokens: ["openapi"]), "must be a file in the same folder")
            return (nil, definitionReader.reader.diagnostics)
        }
        var documentReader: DefinitionReader
        do {
            documentReader = DefinitionReader(
                file: documentPath,
                text: try FolderFiles.read(documentPath, limit: maximumFileSize)
            )
        } catch {
            let missing = Diagnostic(.error, file: documentPath, "cannot be read: \(error)")
            return (nil, definitionReader.reader.diagnostics + [missing])
        }
        let document = OpenAPIDocument(&documentReader)
        let isBroken = definitionReader.reader.hasErrors || documentReader.hasErrors
        guard let definition, let document else {
            return (nil, definitionReader.reader.diagnostics + documentReader.diagnostics)
        }
        var builder = ToolkitBuilder(
            definition: definition,
            document: document,
            reader: definitionReader.reader,
            documentReader: documentReader
        )
        let toolkit = builder.build()
        let diagnostics = builder.reader.diagnostics + builder.documentReader.diagnostics
        return (isBroken ? nil : toolkit, diagnostics)
    }

    /// Loads every folder in `toolkits` below a home folder; one that is broken does not keep the others out.
    package static func loadAll(home: String) -> Loaded {
        let root = home + "/toolkits"
        var loaded = Loaded(toolkits: [], diagnostics: [])
        do {
            for name in try FolderFiles.folders(in: root) {
                let (toolkit, diagnostics) = load(folder: root + "/" + name)
                loaded.diagnostics += diagnostics
                guard let toolkit else { continue }
                let taken = Set(loaded.toolkits.flatMap { $0.tools.map(\.specification.name) })
                for tool in toolkit.tools where taken.contains(tool.specification.name) {
                    loaded.diagnostics.append(
                        Diagnostic(
                            .error,
                            file: root + "/" + name + "/toolkit.json",
                            "another toolkit has a tool \(tool.specification.name) already; this one is not offered"
                        )
                    )
                }
                loaded.toolkits.append(toolkit)
            }
        } catch {
            loaded.diagnostics.append(Diagnostic(.error, file: root, "cannot be read: \(error)"))
        }
        return loaded
    }
}
