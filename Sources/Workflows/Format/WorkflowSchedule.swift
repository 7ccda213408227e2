package import JSON

/// When a workflow starts by itself.
package struct WorkflowSchedule: Sendable {
    /// What happens to times that passed while nothing ran.
    package enum CatchUp: String, Sendable, CaseIterable {
        case none, latest, all
    }

    /// What happens when the last run has not ended.
    package enum Overlap: String, Sendable, CaseIterable {
        case skip, queue
        case cancelOld = "cancel-old"
    }

    /// Five fields: minute, hour, day of the month, month, day of the week.
    package var cron: String
    /// A name of the IANA time zone database.
    package var timezone: String
    /// The most by which a start is delayed, by a fixed share for each schedule.
    package var jitter: ISODuration?
    /// The first and the last day or time, as ``ScheduleBounds`` reads them.
    package var start: String?
    package var end: String?
    package var catchUp: CatchUp
    package var overlap: Overlap
    /// The input of its runs, an object without formulas.
    package var input: JSONObject
    /// Where it stands in the file.
    package var anchor: TextAnchor
}
