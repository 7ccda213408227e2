package import Basics

/// Which slots of a schedule are due at an instant, and when to look again.
///
/// Each slot is to be kept under a unique (schedule, slot), because a clock that was set back lets times come again: what
/// was dropped as missed while the clock was wrong is then due at its own time, and what was started is not started twice.
package struct ScheduleClock: Sendable {
    /// What is to be done now.
    package struct Plan: Sendable, Hashable {
        /// Slots to start, oldest first.
        package var due: [Timestamp]
        /// How many slots passed that the catch-up rule drops.
        package var missed: Int
        /// Up to where all slots are dealt with.
        package var cursor: Timestamp
        /// When the next slot is due; nil when none will be.
        package var wake: Timestamp?
    }

    /// The most slots that `all` starts after an absence.
    package static let mostCaughtUp = 50
    /// How late a slot may start without counting as missed, in milliseconds.
    package static let grace: Int64 = 60_000
    /// How far back an absence is looked at, in milliseconds: a little more than a leap day is apart from the next but one.
    static let longestAbsence: Int64 = 9 * 366 * 86_400_000

    package var rule: SlotRule
    package var catchUp: WorkflowSchedule.CatchUp
    /// By how many milliseconds every slot starts late.
    package var delay: Int64

    package init(rule: SlotRule, catchUp: WorkflowSchedule.CatchUp, delay: Int64 = 0) {
        self.rule = rule
        self.catchUp = catchUp
        self.delay = delay
    }

    /// The first slot that starts after an instant.
    package func next(after instant: Timestamp) -> Timestamp? {
        rule.next(after: Timestamp(milliseconds: instant.milliseconds - delay))
    }

    /// What is to be done at an instant when all slots up to `cursor` are dealt with.
    package func plan(cursor: Timestamp, now: Timestamp) -> Plan {
        let horizon = Timestamp(milliseconds: now.milliseconds - delay)
        let start = max(cursor, Timestamp(milliseconds: horizon.milliseconds - ScheduleClock.longestAbsence))
        let limit = catchUp == .all ? ScheduleClock.mostCaughtUp : 1
        var (due, missed) = rule.slots(after: start, through: horizon, last: limit)
        if catchUp == .none, let slot = due.first, horizon.milliseconds - slot.milliseconds > ScheduleClock.grace {
            due = []
            missed += 1
        }
        let next = next(after: now)
        return Plan(
            due: due,
            missed: missed,
            cursor: horizon,
            wake: next.map { Timestamp(milliseconds: $0.milliseconds + delay) }
        )
    }
}
