/// Divides what may be shown among several results: small ones are shown whole, and leave more to the others.
struct ResultShares: Sendable {
    /// What a preview may take; enough to see what a result is.
    private static let largestPreview = 6000

    private var shares: [Int: Int] = [:]

    init(sizes: [Int], limit: Int) {
        var left = limit
        let order = sizes.indices.sorted { (sizes[$0], $0) < (sizes[$1], $1) }
        for (done, position) in order.enumerated() {
            let share = left / (sizes.count - done)
            if sizes[position] <= share {
                left -= sizes[position]
            } else {
                let preview = min(share, ResultShares.largestPreview)
                shares[position] = preview
                left -= preview
            }
        }
    }

    /// The bytes for a preview of a result; nil when it can be shown whole.
    subscript(position: Int) -> Int? { shares[position] }
}
