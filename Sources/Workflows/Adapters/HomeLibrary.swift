package import Basics
import Glibc

/// The workflows in the folder `workflows/` of a home folder, read anew when a file or a prompt has changed.
///
/// A file that is broken now is refused, and its last good version stays on offer; runs that are open keep their own text.
package final class HomeLibrary: WorkflowLibrary {
    private struct State {
        /// Nil before the files have been read.
        var stamp: [String]?
        var loaded = WorkflowLoader.Loaded(workflows: [], diagnostics: [])
        /// Whether something changed since ``changes()`` was last asked.
        var isNew = false
    }

    private let home: String
    private let state: Locked<State>

    /// The files are read when somebody first asks for them: a start need not wait for it.
    package init(home: String) {
        self.home = home
        state = Locked(State())
    }

    /// Every workflow that can be used, sorted by the name of its file, and what is wrong with files as they are now.
    package func all() -> WorkflowLoader.Loaded {
        refresh()
        return state.withLock { $0.loaded }
    }

    /// What is wrong with the files, when some of them changed since this was last asked; else nil.
    package func changes() -> [Diagnostic]? {
        refresh()
        return state.withLock { state in
            guard state.isNew else { return nil }
            state.isNew = false
            return state.loaded.diagnostics
        }
    }

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

    /// Reads the files again if one of them is another than before.
    private func refresh() {
        let stamp = HomeLibrary.stamp(of: home)
        guard let (old, isFirst) = state.withLock({ $0.stamp == stamp ? nil : ($0.loaded, $0.stamp == nil) }) else {
            return
        }
        var loaded = WorkflowLoader.loadAll(home: home)
        for known in old.workflows where TextFile.isFile(known.file) {
            guard !loaded.workflows.contains(where: { $0.file == known.file || $0.name == known.name }) else {
                continue
            }
            loaded.workflows.append(known)
        }
        loaded.workflows.sort { $0.file < $1.file }
        let new = loaded
        state.withLock { $0 = State(stamp: stamp, loaded: new, isNew: !isFirst) }
    }

    /// What changes when a workflow file or a prompt does: name, size, time and number of each.
    private static func stamp(of home: String) -> [String] {
        var stamps: [String] = []
        for folder in [home + "/workflows/", home + "/prompts/"] {
            for name in TextFile.names(in: folder) where name.hasSuffix(".json") || name.hasSuffix(".md") {
                var status = stat()
                guard stat(folder + name, &status) == 0 else { continue }
                let time = status.st_mtim
                stamps.append("\(folder)\(name) \(status.st_size) \(time.tv_sec).\(time.tv_nsec) \(status.st_ino)")
            }
        }
        return stamps
    }
}
