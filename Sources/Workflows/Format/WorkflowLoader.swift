package import Basics

/// Reads workflow files.
package enum WorkflowLoader {
    /// What came of reading several files.
    package struct Loaded: Sendable {
        /// Those that can be used, sorted by the name of their file.
        package var workflows: [Workflow]
        package var diagnostics: [Diagnostic]
    }

    private static let maximumSize = 1 << 20

    /// Reads a source, such as one that was kept with a run.
    ///
    /// The workflow is nil when the diagnostics have an error.
    package static func load(
        _ source: WorkflowSource,
        file: String
    ) -> (workflow: Workflow?, diagnostics: [Diagnostic]) {
        load(source.text, file: file) { source.prompts[$0] }
    }

    /// Reads a file, with the prompts that it names below a home folder.
    ///
    /// The workflow is nil when the diagnostics have an error.
    package static func load(path: String, home: String) -> (workflow: Workflow?, diagnostics: [Diagnostic]) {
        let text: [UInt8]
        do throws(SystemError) {
            text = try TextFile.read(path, limit: maximumSize)
        } catch {
            return (nil, [Diagnostic(.error, file: path, "cannot be read: \(error)")])
        }
        return load(text, file: path) { prompt in
            (try? TextFile.read(home + "/" + prompt, limit: maximumSize)).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// Reads every file `workflows/*.json` below a home folder, the schema aside; one that is broken does not keep the others
    /// out, and of two with one name the first counts.
    package static func loadAll(home: String) -> Loaded {
        let folder = home + "/workflows"
        var loaded = Loaded(workflows: [], diagnostics: [])
        for name in TextFile.names(in: folder) where name.hasSuffix(".json") && !name.hasSuffix(".schema.json") {
            let (workflow, diagnostics) = load(path: folder + "/" + name, home: home)
            loaded.diagnostics += diagnostics
            guard let workflow else { continue }
            if let other = loaded.workflows.first(where: { $0.name == workflow.name }) {
                let message = "\(other.file) has a workflow \(workflow.name) already; this one is not offered"
                loaded.diagnostics.append(Diagnostic(.error, file: workflow.file, pointer: "/workflow", message))
            } else {
                loaded.workflows.append(workflow)
            }
        }
        return loaded
    }

    private static func load(
        _ text: [UInt8],
        file: String,
        readPrompt: @escaping (String) -> String?
    ) -> (workflow: Workflow?, diagnostics: [Diagnostic]) {
        var reader = WorkflowReader(file: file, bytes: text, readPrompt: readPrompt)
        let workflow = reader.workflow(text)
        return (workflow, reader.diagnostics)
    }
}
