import ToolRouter

extension Configuration {
    private static let shownBytes = 4_000...4_000_000

    /// How much of results is shown at once; `SWITCHBOARD_RESULT_BYTES` where it is set.
    ///
    /// - Throws: ``GatewayError`` with code `configuration` when the variable is no number in range.
    func resultLimits() throws(GatewayError) -> ResultStore.Limits {
        guard let text = environment["SWITCHBOARD_RESULT_BYTES"], !text.isEmpty else { return ResultStore.Limits() }
        guard let bytes = Int(text), Configuration.shownBytes.contains(bytes) else {
            throw GatewayError(
                .configuration,
                "SWITCHBOARD_RESULT_BYTES is '\(text)'; set it to a number of bytes from "
                    + "\(Configuration.shownBytes.lowerBound) to \(Configuration.shownBytes.upperBound)."
            )
        }
        return ResultStore.Limits(shownBytes: bytes)
    }
}
