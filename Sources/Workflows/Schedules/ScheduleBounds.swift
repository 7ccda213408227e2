package import Basics

/// Between which instants a schedule starts runs, both included.
package struct ScheduleBounds: Sendable, Hashable {
    package var start: Timestamp?
    package var end: Timestamp?

    /// Reads bounds: a day such as `2027-01-31`, the whole of it on the clocks of the place, or an ISO 8601 time with its
    /// distance from UTC.
    ///
    /// - Throws: ``WorkflowError`` with code `invalid_schedule`.
    package init(start: String?, end: String?, in zone: TimeZoneRules) throws(WorkflowError) {
        if let start { self.start = try ScheduleBounds.read(start, "start", plus: 0, zone) }
        // Through the last second of its day.
        if let end { self.end = try ScheduleBounds.read(end, "end", plus: 86_399, zone) }
        if let first = self.start, let last = self.end, last < first {
            throw WorkflowError("invalid_schedule", "the end '\(end ?? "")' comes before the start '\(start ?? "")'")
        }
    }

    private static func read(
        _ text: String,
        _ name: String,
        plus seconds: Int64,
        _ zone: TimeZoneRules
    ) throws(WorkflowError) -> Timestamp {
        // On its own a day would be midnight in UTC, which is another day in half of the world.
        if text.utf8.count == 10, let day = Timestamp(iso8601: text + "T00:00:00Z") {
            return Timestamp(milliseconds: zone.instant(ofLocal: day.milliseconds / 1000 + seconds) * 1000)
        }
        if text.utf8.contains(UInt8(ascii: "T")), let instant = Timestamp(iso8601: text) { return instant }
        throw WorkflowError(
            "invalid_schedule",
            "the \(name) '\(text)' is no day and no time; write 2027-01-31, or 2027-01-31T09:00:00+01:00"
        )
    }
}
