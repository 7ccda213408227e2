/// How far words are apart, for telling people what they may have meant.
package enum EditDistance {
    /// Insertions, deletions, substitutions and swaps of neighbours that turn one text into another
    /// (Damerau-Levenshtein, optimal string alignment).
    package static func between(_ a: String, _ b: String) -> Int {
        let x = Array(a.unicodeScalars)
        let y = Array(b.unicodeScalars)
        if x.isEmpty || y.isEmpty { return max(x.count, y.count) }
        var beforeLast = [Int](repeating: 0, count: y.count + 1)
        var last = Array(0...y.count)
        var current = last
        for i in 1...x.count {
            current[0] = i
            for j in 1...y.count {
                let cost = x[i - 1] == y[j - 1] ? 0 : 1
                var best = min(last[j] + 1, current[j - 1] + 1, last[j - 1] + cost)
                if i > 1, j > 1, x[i - 1] == y[j - 2], x[i - 2] == y[j - 1] { best = min(best, beforeLast[j - 2] + 1) }
                current[j] = best
            }
            swap(&beforeLast, &last)
            swap(&last, &current)
        }
        return last[y.count]
    }

    /// The candidates nearest to a name, nearest first, then by name.
    ///
    /// A candidate counts when it is at most a third of the name's length away (and at least two edits are allowed), or
    /// when one contains the other.
    package static func nearest(to name: String, in candidates: [String], limit: Int) -> [String] {
        let wanted = name.lowercased()
        let allowed = max(2, wanted.count / 3)
        let scored = candidates.compactMap { candidate -> (distance: Int, name: String)? in
            let other = candidate.lowercased()
            let distance = between(wanted, other)
            if distance <= allowed { return (distance, candidate) }
            if wanted.count >= 3, other.contains(wanted) || wanted.contains(other) { return (allowed + 1, candidate) }
            return nil
        }
        return scored.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(limit).map(\.name)
    }
}
