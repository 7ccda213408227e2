import Basics
import EventLoops
import ToolRouter
import Toolkits
import Tools
import Workflows

extension Application {
    /// Seconds between two rounds of what a server does besides answering.
    private static let houseInterval = 2.0
    private static let purgeRounds = 300

    /// Does what has to be done now and then while a server runs, until the task is cancelled.
    func keepHouse() async {
        let loop = drivers.loops.next()
        var round = 0
        while (try? await loop.sleep(seconds: Application.houseInterval)) != nil {
            round += 1
            await savePaces()
            refreshToolkits()
            refreshWorkflows()
            do {
                if round.isMultiple(of: Application.purgeRounds) { try await triggers.purge() }
                try await triggers.deliver()
            } catch { configuration.log.warning(error.message) }
        }
    }

    /// Serves toolkit folders as they are now; one that is broken stays as it was.
    package func refreshToolkits() {
        guard let (changed, diagnostics) = folders.refresh() else { return }
        toolkits.replace(toolkits: changed)
        router.reload()
        configuration.log.info("toolkits were loaded again", ["toolkits": changed.map(\.name).joined(separator: " ")])
        for diagnostic in diagnostics + router.catalog.problems { configuration.log.warning(diagnostic.description) }
    }

    /// Offers workflow files as they are now; one that is broken stays as it was.
    package func refreshWorkflows() {
        guard let diagnostics = workflows.library.changes() else { return }
        router.reload()
        configuration.log.info("workflows were loaded again")
        for diagnostic in diagnostics { configuration.log.warning(diagnostic.description) }
    }

    /// Writes down how fast each connection may be used.
    func savePaces() async {
        do {
            try await paces.save()
        } catch { configuration.log.warning(error.message) }
    }
}
