/// Finds known words that an unknown one was probably meant to be.
struct WordRepair: Sendable {
    private struct Known {
        var letters: [UInt8]
        /// One bit a letter: words that differ in too many letters need not be compared.
        var mask: UInt32
        var stem: String
        var isPreferred: Bool
    }

    private let known: [[Known]]

    private static let longest = 24

    /// Learns words with their stems; of equally near words the preferred ones win.
    init(_ words: [String: String], preferred: Set<String> = []) {
        var known = [[Known]](repeating: [], count: WordRepair.longest + 1)
        for (word, stem) in words.sorted(by: { $0.key < $1.key }) {
            let letters = Array(word.utf8)
            guard letters.count >= 3, letters.count <= WordRepair.longest else { continue }
            known[letters.count].append(
                Known(
                    letters: letters,
                    mask: WordRepair.mask(letters),
                    stem: stem,
                    isPreferred: preferred.contains(word)
                )
            )
        }
        self.known = known
    }

    /// Stems of the nearest known words, with how much they count: 0.8 at one edit, 0.6 at two.
    ///
    /// One edit is allowed up to five letters, two beyond, and the first letter may differ only at one
    /// and in words of more than four letters: short words resemble others by accident.
    func candidates(for word: String) -> [(stem: String, weight: Float)] {
        let letters = Array(word.utf8)
        guard letters.count >= 3, letters.count <= WordRepair.longest else { return [] }
        var allowed = letters.count <= 5 ? 1 : 2
        let mask = WordRepair.mask(letters)
        var best: [(stem: String, distance: Int, isPreferred: Bool)] = []
        for length in max(3, letters.count - allowed)...min(WordRepair.longest, letters.count + allowed) {
            for other in known[length] {
                guard (mask ^ other.mask).nonzeroBitCount <= 2 * allowed else { continue }
                guard let distance = WordRepair.distance(letters, other.letters, limit: allowed) else { continue }
                guard distance < 2 && letters.count > 4 || letters.first == other.letters.first else { continue }
                if distance < allowed { best.removeAll { $0.distance > distance } }
                allowed = distance
                if let same = best.firstIndex(where: { $0.stem == other.stem }) {
                    if other.isPreferred { best[same].isPreferred = true }
                } else {
                    best.append((other.stem, distance, other.isPreferred))
                }
            }
        }
        best = best.filter { $0.distance == allowed }
        if best.contains(where: \.isPreferred) { best = best.filter(\.isPreferred) }
        return best.prefix(3).map { ($0.stem, $0.distance < 2 ? 0.8 : 0.6) }
    }

    private static func mask(_ letters: [UInt8]) -> UInt32 {
        letters.reduce(0) { mask, letter in
            letter >= 0x61 && letter <= 0x7A ? mask | 1 << UInt32(letter - 0x61) : mask | 1 << 31
        }
    }

    /// The number of edits (a swap of neighbours is one), nil above `limit`.
    private static func distance(_ a: [UInt8], _ b: [UInt8], limit: Int) -> Int? {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 3 * (b.count + 1)) { rows in
            let width = b.count + 1
            var (beforeLast, last, current) = (0, width, 2 * width)
            for column in 0..<width { rows[last + column] = column }
            for i in 1...a.count {
                rows[current] = i
                var smallest = i
                for j in 1..<width {
                    let cost = a[i - 1] == b[j - 1] ? 0 : 1
                    var best = min(rows[last + j] + 1, rows[current + j - 1] + 1, rows[last + j - 1] + cost)
                    if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                        best = min(best, rows[beforeLast + j - 2] + 1)
                    }
                    rows[current + j] = best
                    smallest = min(smallest, best)
                }
                if smallest > limit { return nil }
                (beforeLast, last, current) = (last, current, beforeLast)
            }
            return rows[last + b.count] <= limit ? rows[last + b.count] : nil
        }
    }
}
