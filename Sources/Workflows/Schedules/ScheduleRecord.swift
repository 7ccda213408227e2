package import Basics
package import JSON

/// A schedule that somebody has switched on.
package struct ScheduleRecord: Sendable, Hashable {
    package var id: String
    package var workflow: String
    /// Five fields, as ``CronExpression`` has them.
    package var cron: String
    /// A name of the IANA time zone database.
    package var timezone: String
    /// The most by which a start is delayed, in seconds.
    package var jitter: Int
    package var catchUp: WorkflowSchedule.CatchUp
    package var overlap: WorkflowSchedule.Overlap
    package var input: JSONObject
    /// Whose connections its runs use.
    package var user: String
    package var connections: [String: String]
    /// After so many runs that failed in a row it pauses; 0 for never.
    package var pauseAfterFailures: Int
    package var isPaused = false
    /// Why it is paused.
    package var reason: String?
    /// No slot comes before this.
    package var start: Timestamp?
    /// No slot comes after this.
    package var end: Timestamp?
    /// Up to where all slots are dealt with.
    package var cursor: Timestamp
    /// How many slots passed while nothing ran, and were dropped.
    package var missed = 0
    package var createdAt: Timestamp
    package var createdBy: String
    /// From when on failures count.
    package var resumedAt: Timestamp

    package static let usualPauseAfterFailures = 3

    package init(
        id: String,
        workflow: String,
        cron: String,
        timezone: String,
        jitter: Int = 0,
        catchUp: WorkflowSchedule.CatchUp = .latest,
        overlap: WorkflowSchedule.Overlap = .skip,
        input: JSONObject = [:],
        user: String,
        connections: [String: String] = [:],
        pauseAfterFailures: Int = usualPauseAfterFailures,
        createdBy: String,
        at now: Timestamp
    ) {
        self.id = id
        self.workflow = workflow
        self.cron = cron
        self.timezone = timezone
        self.jitter = jitter
        self.catchUp = catchUp
        self.overlap = overlap
        self.input = input
        self.user = user
        self.connections = connections
        self.pauseAfterFailures = pauseAfterFailures
        self.createdBy = createdBy
        cursor = now
        createdAt = now
        resumedAt = now
    }

    /// What says which slots are due.
    ///
    /// - Throws: ``WorkflowError`` with code `invalid_cron`, `unknown_timezone` or `invalid_timezone`.
    package func clock(_ zones: TimeZoneFolder) throws(WorkflowError) -> ScheduleClock {
        let rule = SlotRule(
            cron: try CronExpression(cron),
            zone: try zones.rules(named: timezone),
            start: start,
            end: end
        )
        return ScheduleClock(rule: rule, catchUp: catchUp, delay: SlotRule.delay(of: id, jitter: jitter))
    }
}

/// A time of a schedule, and what became of it.
package struct ScheduleSlot: Sendable, Hashable {
    package enum State: String, Sendable {
        /// To be started.
        case due
        /// A run was started for it.
        case started
        /// Passed over, because an earlier run had not ended or the schedule was paused.
        case skipped
        /// No run could be started for it.
        case failed
    }

    package var schedule: String
    package var slot: Timestamp
    package var state: State
    package var run: String?
    package var note: String?
}
