package import Basics
import EventLoops
import ToolRouter
import Toolkits
import Tools
import Workflows

extension Application {
    /// Seconds between two rounds of what a server does besides answering.
    private static let houseInterval = 2.0
    /// Seconds between two rounds of looks for writes whose outcome is unknown.
    private static let lookInterval = 30.0
    /// Rounds in an hour.
    private static let purgeRounds = 1800

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
                if round % Application.purgeRounds == 1 { await purge() }
                try await triggers.deliver()
            } catch { configuration.log.warning(error.message) }
        }
    }

    /// Deletes what has been kept for long enough; what fails is tried again in an hour.
    package func purge() async {
        let now = SystemClock().now()
        let records = now.adding(seconds: -Retention.recordDays * Retention.day)
        do {
            try await ledger.store.purge(before: records)
            try await approvals.purge(expiredBefore: records)
            try await idempotency.purge()
            try await triggers.purge()
            let values = clock.now().adding(seconds: -(try configuration.runValueDays()) * Retention.day)
            _ = try await RunJournal(database: database).forgetValues(endedBefore: values)
        } catch { configuration.log.warning("what is over could not be deleted", ["error": "\(error)"]) }
    }

    /// Looks for writes whose outcome is unknown, until the task is cancelled.
    func keepLooking() async {
        let loop = drivers.loops.next()
        while (try? await loop.sleep(seconds: Application.lookInterval)) != nil {
            await lookAgain(at: SystemClock().now())
        }
    }

    /// Looks once for each write whose outcome is unknown and whose next look is due by then.
    package func lookAgain(at now: Timestamp) async {
        let audit = LookAudit(audit: audit, log: configuration.log)
        do {
            for look in try await ledger.lookAgain(at: now, in: router.catalog) { await audit.record(look) }
        } catch { configuration.log.warning(error.message) }
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
