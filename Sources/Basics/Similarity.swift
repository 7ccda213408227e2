/// Finds names that are close to one that does not exist.
package enum Similarity {
    /// The candidates that a person or a model most likely meant, nearest first.
    ///
    /// Case and the difference between `-`, `_` and a space do not count. A candidate is near when fewer than half of
    /// its letters differ, or when one name contains the other.
    package static func nearest(to name: String, among candidates: some Sequence<String>, limit: Int = 3) -> [String] {
        let wanted = normalise(name)
        var ranked: [(name: String, distance: Int)] = []
        for candidate in candidates {
            let other = normalise(candidate)
            var distance = editDistance(wanted, other)
            let contained =
                wanted.count >= 3 && other.count >= 3 && (contains(other, wanted) || contains(wanted, other))
            if contained { distance = min(distance, 1 + abs(other.count - wanted.count) / 4) }
            if contained || distance * 2 < max(wanted.count, other.count) { ranked.append((candidate, distance)) }
        }
        ranked.sort { ($0.distance, $0.name) < ($1.distance, $1.name) }
        return ranked.prefix(limit).map(\.name)
    }

    private static func normalise(_ name: String) -> [UInt8] {
        name.lowercased().utf8.map { $0 == 0x2D || $0 == 0x20 ? 0x5F : $0 }
    }

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard part.count <= text.count else { return false }
        return (0...text.count - part.count).contains { text[$0..<$0 + part.count].elementsEqual(part) }
    }

    /// The number of bytes to insert, remove, replace or swap with their neighbour.
    static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i] + [Int](repeating: 0, count: b.count)
            for j in 1...b.count {
                let replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                row[j] = min(replaced, last[j] + 1, row[j - 1] + 1)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
