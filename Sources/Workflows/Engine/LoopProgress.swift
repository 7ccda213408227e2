/// How far a loop is: which item is next, and whether it goes on at all.
struct LoopProgress {
    private let pending: [(key: String, index: Int)]
    private var position = 0
    private let stopAfterFailures: Int?
    private(set) var counts = ItemCounts()

    init(_ records: [ItemRecord], stopAfterFailures: Int?) {
        pending = records.enumerated().compactMap { $1.state == .pending ? ($1.key, $0) : nil }
        self.stopAfterFailures = stopAfterFailures
        counts.pending = pending.count
        for record in records {
            switch record.state {
            case .pending: break
            case .done: counts.done += 1
            case .failed: counts.failed += 1
            case .unknown: counts.unknown += 1
            }
        }
    }

    /// Whether so many items failed that no other is begun.
    var hasStopped: Bool {
        guard let stopAfterFailures else { return false }
        return counts.pending > 0 && counts.failed + counts.unknown >= stopAfterFailures
    }

    /// The next item to work on; nil when none is left, or none is to be begun.
    mutating func next() -> (key: String, index: Int)? {
        guard !hasStopped, position < pending.count else { return nil }
        position += 1
        return pending[position - 1]
    }

    /// Takes what came of an item.
    mutating func take(_ item: ItemRecord) {
        counts.pending -= 1
        switch item.state {
        case .pending: counts.pending += 1
        case .done: counts.done += 1
        case .failed: counts.failed += 1
        case .unknown: counts.unknown += 1
        }
    }
}
