/// How far a run is: its steps outside of loops, and the items of its outermost loops.
///
/// Both only grow while a run goes on, so their sum does too, as whoever watches progress relies on.
struct RunProgress: Sendable, Hashable {
    /// The paths of steps that have ended.
    private var steps: Set<String>
    private var loops: [String: ItemCounts]

    init(steps: Set<String> = [], loops: [(path: String, counts: ItemCounts)] = []) {
        self.steps = steps
        self.loops = Dictionary(loops.map { ($0.path, $0.counts) }) { _, new in new }
    }

    /// Takes what has happened.
    mutating func take(_ event: RunEvent) {
        switch event {
        case .step(let step):
            if step.address.item.isEmpty, step.state != .waiting { steps.insert(step.address.path) }
        case .progress(let path, let counts):
            // A loop within another one begins anew for each item; the outer one counts.
            if !loops.keys.contains(where: { path.hasPrefix($0 + "/") }) { loops[path] = counts }
        case .state, .notice: break
        }
    }

    /// Takes what is written down, too.
    mutating func merge(_ other: RunProgress) {
        steps.formUnion(other.steps)
        loops.merge(other.loops) { mine, theirs in
            mine.total - mine.pending >= theirs.total - theirs.pending ? mine : theirs
        }
    }

    private var counts: ItemCounts {
        loops.values.reduce(into: ItemCounts()) { sum, counts in
            sum.pending += counts.pending
            sum.done += counts.done
            sum.failed += counts.failed
            sum.unknown += counts.unknown
        }
    }

    /// Steps and items that have ended.
    var done: Int { steps.count + counts.total - counts.pending }

    /// Of how many, as far as that is known: how many steps a run will take is not, how many items is.
    var total: Int? { loops.isEmpty ? nil : steps.count + counts.total }

    /// In words.
    var message: String {
        let counts = counts
        guard !loops.isEmpty else { return "\(steps.count) steps done" }
        var text = "\(counts.done) of \(counts.total) items done"
        if counts.failed > 0 { text += ", \(counts.failed) failed" }
        if counts.unknown > 0 { text += ", of \(counts.unknown) it is not known" }
        return text
    }
}
