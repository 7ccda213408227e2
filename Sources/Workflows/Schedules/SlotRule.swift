package import Basics
import Cryptography

/// The instants that a cron expression means on the clocks of a place.
///
/// A time that the clocks leave out counts as the first minute after the gap, a time that they show twice as the first of
/// the two; times that come to the same instant are one slot.
package struct SlotRule: Sendable {
    package var cron: CronExpression
    package var zone: TimeZoneRules
    /// No slot comes before this.
    package var start: Timestamp?
    /// No slot comes after this.
    package var end: Timestamp?

    package init(cron: CronExpression, zone: TimeZoneRules, start: Timestamp? = nil, end: Timestamp? = nil) {
        self.cron = cron
        self.zone = zone
        self.start = start
        self.end = end
    }

    /// The first slot after an instant; nil when none comes in fifty years, or until the end.
    package func next(after instant: Timestamp) -> Timestamp? {
        let earliest = start.map { Timestamp(milliseconds: $0.milliseconds - 1) } ?? instant
        guard let slot = unbounded(after: max(instant, earliest)), end.map({ slot <= $0 }) ?? true else { return nil }
        return slot
    }

    private func unbounded(after instant: Timestamp) -> Timestamp? {
        let seconds = Int64((Double(instant.milliseconds) / 1000).rounded(.down))
        let local = zone.local(at: seconds)
        let day = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        var moment = CronExpression.Moment(day: Int(day), minute: Int(local - day * 86_400) / 60)
        // The clocks show each of these at or before the instant, so they are passed over: the second pass of an overlap.
        while let next = cron.next(after: moment) {
            let slot = zone.instant(ofLocal: next.local)
            if slot > seconds { return Timestamp(milliseconds: slot * 1000) }
            moment = next
        }
        return nil
    }

    /// The slots after one instant up to another, and whether there were more than the last `limit` of them.
    package func slots(
        after start: Timestamp,
        through end: Timestamp,
        last limit: Int
    ) -> (slots: [Timestamp], dropped: Int) {
        var slots: [Timestamp] = []
        var dropped = 0
        var position = start
        while let slot = next(after: position), slot <= end {
            slots.append(slot)
            // In halves, because removing the first each time would cost the square of a long absence.
            if slots.count >= limit * 2 {
                slots.removeFirst(limit)
                dropped += limit
            }
            position = slot
        }
        let excess = max(0, slots.count - limit)
        slots.removeFirst(excess)
        return (slots, dropped + excess)
    }

    /// By how much a schedule starts late, in milliseconds: a share of the jitter that is fixed by its id.
    package static func delay(of id: String, jitter: Int) -> Int64 {
        guard jitter > 0 else { return 0 }
        let share = SHA256.hash(id).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int64(share % UInt64(jitter * 1000 + 1))
    }
}
