/// How long rows are kept that nothing needs any more; see docs/storage.md.
enum Retention {
    static let day = 86_400.0
    /// Writes and approvals: four years, as records of employment decisions are kept in several places.
    static let recordDays = 4 * 366.0
    /// What runs have read.
    static let runValueDays = 90
    static let runValueRange = 1...3660
}

extension Configuration {
    /// Days for which what a run has read is kept after its end; `SWITCHBOARD_RETENTION_DAYS` where it is set.
    ///
    /// - Throws: ``GatewayError`` with code `configuration` when the variable is no number in range.
    func runValueDays() throws(GatewayError) -> Double {
        guard let text = environment["SWITCHBOARD_RETENTION_DAYS"], !text.isEmpty else {
            return Double(Retention.runValueDays)
        }
        guard let days = Int(text), Retention.runValueRange.contains(days) else {
            throw GatewayError(
                .configuration,
                "SWITCHBOARD_RETENTION_DAYS is '\(text)'; set it to a number of days from "
                    + "\(Retention.runValueRange.lowerBound) to \(Retention.runValueRange.upperBound)."
            )
        }
        return Double(days)
    }
}
