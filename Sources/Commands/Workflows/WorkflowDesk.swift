import Basics
import Gateway
import Mail
import Toolkits
import Tools
import Workflows

/// What workflow files are held against, and where they lie.
struct WorkflowDesk {
    let home: Home
    let loaded: WorkflowLoader.Loaded
    let catalog: ToolCatalog
    /// The names of what each toolkit can report.
    private let events: [String: [String]]

    init(home: Home) {
        self.home = home
        loaded = WorkflowLoader.loadAll(home: home.path)
        let toolkits = ToolkitLoader.loadAll(home: home.path).toolkits
        let tools = toolkits.flatMap(\.specifications)
        events = Dictionary(
            toolkits.map { ($0.name, $0.triggers?.triggers.map(\.name) ?? []) },
            uniquingKeysWith: { first, _ in first }
        )
        catalog = ToolCatalog([OfferedTools(tools: tools + [SendEmail.specification])])
    }

    /// A file by its path, or a workflow of the home folder by its name.
    ///
    /// - Throws: ``CommandError`` when there is neither.
    func load(_ name: String) throws(CommandError) -> (workflow: Workflow?, diagnostics: [Diagnostic]) {
        if TextFile.isFile(name) { return WorkflowLoader.load(path: name, home: home.path) }
        if let workflow = loaded.workflows.first(where: { $0.name == name }) { return (workflow, []) }
        let near = Similarity.nearest(to: name, among: loaded.workflows.map(\.name), limit: 1).first
        let hint = near.map { "did you mean \($0)?" } ?? "switchboard workflows list shows those there are"
        throw CommandError("there is no file and no workflow '\(name)'; \(hint)")
    }

    func check(_ workflow: Workflow) -> [Diagnostic] {
        let known = loaded.workflows
        let checker = WorkflowChecker(
            catalog: catalog,
            workflow: { name in known.first { $0.name == name } },
            events: { [events] in events[$0] }
        )
        return checker.check(workflow)
    }
}

/// Tools that are looked at and never called.
private struct OfferedTools: ToolProvider {
    var tools: [ToolSpecification]

    func call(_ call: ToolCall) async -> ToolResult {
        .failure("not_available", "\(call.tool) cannot be called from here.")
    }
}
