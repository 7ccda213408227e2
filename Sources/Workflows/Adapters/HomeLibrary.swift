import Basics

/// The workflows in the folder `workflows/` of a home folder, read anew when a file has changed.
package final class HomeLibrary: WorkflowLibrary {
    private let home: String

    package init(home: String) {
        self.home = home
    }

    /// Every workflow that can be used, sorted by the name of its file, and what is wrong with the others.
    package func all() -> WorkflowLoader.Loaded { WorkflowLoader.loadAll(home: home) }

    package func workflow(named name: String) async throws(WorkflowError) -> Workflow {
        let loaded = all()
        if let workflow = loaded.workflows.first(where: { $0.name == name }) { return workflow }
        let problems = loaded.diagnostics.filter { $0.severity == .error && $0.file.contains(name) }
        guard problems.isEmpty else {
            throw WorkflowError(
                "invalid_workflow",
                "the workflow \(name) cannot be used:\n" + problems.map(\.description).joined(separator: "\n")
            )
        }
        let near = Similarity.nearest(to: name, among: loaded.workflows.map(\.name), limit: 3)
        let hint =
            near.isEmpty ? "`switchboard workflows list` shows them" : "did you mean \(near.joined(separator: ", "))?"
        throw WorkflowError("not_found", "there is no workflow \(name); \(hint)")
    }

    package func workflow(from source: WorkflowSource) async throws(WorkflowError) -> Workflow {
        let (workflow, diagnostics) = WorkflowLoader.load(source, file: "the text of the run")
        if let workflow { return workflow }
        throw WorkflowError(
            "invalid_workflow",
            "this version of the program cannot read the text that the run began with: "
                + diagnostics.map(\.description).joined(separator: "; ")
        )
    }
}
