/// What is wrong with what the other side has after runs that were killed.
struct KillVerdict: Equatable, Sendable, CustomStringConvertible {
    var runs = 0
    var writes = 0
    var doubled = 0
    var lost = 0
    var wrongReports = 0
    var overPlan = 0
    /// The runs that did not end as they should.
    var failed: [String] = []

    /// Whether nothing is.
    var isClean: Bool { self == KillVerdict(runs: runs, writes: writes) }

    var description: String {
        "doubled \(doubled), lost \(lost), wrong reports \(wrongReports), beyond the plan \(overPlan), "
            + "not done \(failed.count)\(failed.isEmpty ? "" : " \(failed)")"
    }

    mutating func add(_ other: KillVerdict) {
        runs += other.runs
        writes += other.writes
        doubled += other.doubled
        lost += other.lost
        wrongReports += other.wrongReports
        overPlan += other.overPlan
        failed += other.failed
    }
}
