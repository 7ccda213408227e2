/// A length of time as ISO 8601 writes it, such as `PT2M` or `P1DT12H`: days, hours, minutes and seconds, whole numbers.
package struct ISODuration: Sendable, Hashable, CustomStringConvertible {
    /// The length in seconds; a day is 86,400 of them.
    package var seconds: Int

    package init(seconds: Int) { self.seconds = seconds }

    /// Reads a duration; nil where the text is not one, has no part at all, or is longer than a hundred years.
    package init?(_ text: String) {
        let units: [[(letter: Character, seconds: Int)]] = [[("D", 86_400)], [("H", 3600), ("M", 60), ("S", 1)]]
        guard text.first == "P" else { return nil }
        let halves = text.dropFirst().split(separator: "T", omittingEmptySubsequences: false)
        guard halves.count <= 2, halves.last?.isEmpty == false else { return nil }
        var total = 0
        for (half, units) in zip(halves, units) {
            var units = units[...]
            var digits = ""
            for character in half {
                if character.isASCII, character.isNumber {
                    digits.append(character)
                    continue
                }
                guard let position = units.firstIndex(where: { $0.letter == character }), digits.count <= 10,
                    let number = Int(digits)
                else { return nil }
                total += number * units[position].seconds
                units = units[(position + 1)...]
                digits = ""
            }
            guard digits.isEmpty else { return nil }
        }
        guard total <= 36_525 * 86_400 else { return nil }
        seconds = total
    }

    package var description: String {
        let (days, rest) = (seconds / 86_400, seconds % 86_400)
        var time = ""
        if rest >= 3600 { time += "\(rest / 3600)H" }
        if rest % 3600 >= 60 { time += "\(rest % 3600 / 60)M" }
        if rest % 60 > 0 || seconds == 0 { time += "\(rest % 60)S" }
        return "P" + (days > 0 ? "\(days)D" : "") + (time.isEmpty ? "" : "T" + time)
    }
}
