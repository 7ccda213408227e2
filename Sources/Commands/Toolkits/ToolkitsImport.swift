import Basics
import Gateway
import Glibc
import JSON
import Toolkits

extension Command {
    static let toolkitsImport = Command(
        path: ["toolkits", "import"],
        summary: "Make a toolkit folder from an OpenAPI document",
        arguments: [.init(name: "OPENAPI.json", summary: "An OpenAPI 3.0 or 3.1 document in JSON")],
        options: [
            .init(name: "name", value: "NAME", summary: "The toolkit's name: lower-case letters, digits and _"),
            .init(name: "server", value: "URL", summary: "The address of the API, where the document names none"),
            .init(name: "output", value: "DIR", summary: "Where to make the folder (default: toolkits/ of the home)"),
            CommonOptions.json,
        ] + CommonOptions.places,
        details: """
            Effects are guessed from the HTTP methods: read toolkit.json before you let an agent write.
            Example: switchboard toolkits import acme.json --name acme
            """,
        run: { invocation in
            guard let name = invocation.value("name") else {
                throw CommandError.usage("the toolkit needs a name: --name NAME")
            }
            let allowed = { (byte: UInt8) in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
            }
            guard !name.isEmpty, name.utf8.count <= 32, name.utf8.allSatisfy(allowed) else {
                throw CommandError.usage("--name must be 1 to 32 lower-case letters, digits and _")
            }
            let source = invocation.arguments[0]
            let imported = OpenAPIImporter.convert(
                try TextFile.read(source, limit: 16 << 20),
                name: name,
                file: source,
                server: invocation.value("server")
            )
            for diagnostic in imported.diagnostics { invocation.terminal.printError(diagnostic.description) }
            guard let files = imported.files else { return .failed }
            let parent = try invocation.value("output") ?? invocation.configuration().home.toolkits
            let folder = parent + "/" + name
            for end in parent.indices where parent[end] == "/" && end != parent.startIndex {
                mkdir(String(parent[..<end]), 0o755)
            }
            mkdir(parent, 0o755)
            guard mkdir(folder, 0o755) == 0 else {
                throw CommandError(
                    errno == EEXIST
                        ? "\(folder) exists already; take another --name, or remove it first"
                        : "\(folder) cannot be made"
                )
            }
            try TextFile.write(Array((JSONWriter.pretty(files.openAPI) + "\n").utf8), to: folder + "/openapi.json")
            try TextFile.write(Array((JSONWriter.pretty(files.toolkit) + "\n").utf8), to: folder + "/toolkit.json")
            let loaded = ToolkitLoader.load(folder: folder)
            let errors = loaded.diagnostics.filter { $0.severity == .error }
            for diagnostic in errors { invocation.terminal.printError(diagnostic.description) }
            let offered = loaded.toolkit?.tools.count ?? 0
            if invocation.json {
                invocation.terminal.print(
                    JSONWriter.pretty([
                        "folder": .string(folder), "tools": .integer(offered),
                        "excluded": .integer(imported.counts.excluded), "errors": .integer(errors.count),
                        "diagnostics": .array((imported.diagnostics + errors).map(\.json)),
                    ])
                )
            } else {
                invocation.terminal.print(
                    "\(folder): \(offered) tools offered, \(imported.counts.excluded) operations left out"
                )
            }
            return loaded.toolkit == nil ? .failed : .done
        }
    )
}
