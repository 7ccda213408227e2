/// One of the two halves of a number's picture, taken apart.
struct NumberSubpicture {
    let text: String
    var prefix = ""
    private(set) var suffix = ""
    private(set) var minimumInteger = 0
    private(set) var minimumFraction = 0
    private(set) var maximumFraction = 0
    private(set) var minimumExponent = 0
    /// How many digits the mantissa has before the point.
    private(set) var scale = 0
    private(set) var hasPoint = false
    /// After how many digits of the fraction a separator stands.
    private(set) var fractionGroups: [Int] = []
    private var integerGroups: [Int] = []
    private var regularGroup = 0

    private struct Cut {
        var mantissa: [Character] = []
        var exponent: [Character]?
        var integer: [Character] = []
        var fraction: [Character] = []
    }

    /// - Throws: D3081 to D3093.
    init(_ text: String, _ symbols: NumberPicture.Symbols) throws {
        self.text = text
        let characters = Array(text)
        let family = Set(symbols.family)
        let point = Character(symbols.decimalSeparator)
        let group = Character(symbols.groupingSeparator)
        let optional = Character(symbols.digit)
        let power = Character(symbols.exponentSeparator)
        let pattern = Character(symbols.patternSeparator)
        func isActive(_ character: Character) -> Bool {
            family.contains(character) || character == point || character == group || character == optional
                || character == pattern
        }
        let first = characters.firstIndex(where: isActive) ?? 0
        let last = characters.lastIndex(where: isActive).map { $0 + 1 } ?? 0
        prefix = String(characters[..<first])
        suffix = String(characters[max(first, last)...])
        let active = Array(characters[first..<max(first, last)])
        var cut = Cut()
        if let place = active.firstIndex(of: power) {
            cut.mantissa = Array(active[..<place])
            cut.exponent = Array(active[(place + 1)...])
        } else {
            cut.mantissa = active
        }
        if let place = cut.mantissa.firstIndex(of: point) {
            cut.integer = Array(cut.mantissa[..<place])
            cut.fraction = Array(cut.mantissa[(place + 1)...])
        } else {
            cut.integer = cut.mantissa
        }
        let passive = active.contains { !isActive($0) && $0 != power } || (active.isEmpty && !characters.isEmpty)
        hasPoint = characters.contains(point)
        try validate(characters, cut, symbols, family, isPassive: passive)
        measure(cut, family, group, optional)
    }

    private func validate(
        _ characters: [Character],
        _ cut: Cut,
        _ symbols: NumberPicture.Symbols,
        _ family: Set<Character>,
        isPassive: Bool
    ) throws {
        // The last of the rules that is broken gives the error, as in the reference implementation.
        var code: String?
        let point = Character(symbols.decimalSeparator)
        let group = Character(symbols.groupingSeparator)
        let optional = Character(symbols.digit)
        let percents = text.split(separator: symbols.percent, omittingEmptySubsequences: false).count - 1
        let perMilles = text.split(separator: symbols.perMille, omittingEmptySubsequences: false).count - 1
        if characters.lazy.filter({ $0 == point }).count > 1 { code = "D3081" }
        if percents > 1 { code = "D3082" }
        if perMilles > 1 { code = "D3083" }
        if percents > 0, perMilles > 0 { code = "D3084" }
        if !cut.mantissa.contains(where: { family.contains($0) || $0 == optional }) { code = "D3085" }
        if isPassive { code = "D3086" }
        if let place = characters.firstIndex(of: point) {
            let before = place > 0 ? characters[place - 1] : nil
            let after = place + 1 < characters.count ? characters[place + 1] : nil
            if before == group || after == group { code = "D3087" }
        } else if cut.integer.last == group {
            code = "D3088"
        }
        if zip(characters, characters.dropFirst()).contains(where: { $0 == group && $1 == group }) { code = "D3089" }
        if let place = cut.integer.firstIndex(of: optional), cut.integer[..<place].contains(where: family.contains) {
            code = "D3090"
        }
        if let place = cut.fraction.lastIndex(of: optional), cut.fraction[place...].contains(where: family.contains) {
            code = "D3091"
        }
        if let exponent = cut.exponent {
            if !exponent.isEmpty, percents + perMilles > 0 { code = "D3092" }
            if exponent.isEmpty || !exponent.allSatisfy(family.contains) { code = "D3093" }
        }
        if let code { throw JSONataError(code) }
    }

    private mutating func measure(
        _ cut: Cut,
        _ family: Set<Character>,
        _ group: Character,
        _ optional: Character
    ) {
        func isDigit(_ character: Character) -> Bool { family.contains(character) || character == optional }
        for (place, character) in cut.integer.enumerated() where character == group {
            integerGroups.append(cut.integer[place...].lazy.filter(isDigit).count)
        }
        for (place, character) in cut.fraction.enumerated() where character == group {
            fractionGroups.append(cut.fraction[..<place].lazy.filter(isDigit).count)
        }
        regularGroup = NumberSubpicture.interval(of: integerGroups)
        minimumInteger = cut.integer.lazy.filter(family.contains).count
        scale = minimumInteger
        minimumFraction = cut.fraction.lazy.filter(family.contains).count
        maximumFraction = min(cut.fraction.lazy.filter(isDigit).count, 300)
        let hasExponent = cut.exponent != nil
        if minimumInteger == 0, maximumFraction == 0 {
            if hasExponent {
                minimumFraction = 1
                maximumFraction = 1
            } else {
                minimumInteger = 1
            }
        }
        if hasExponent, minimumInteger == 0, cut.integer.contains(optional) { minimumInteger = 1 }
        if minimumInteger == 0, minimumFraction == 0 { minimumFraction = 1 }
        minimumExponent = cut.exponent?.lazy.filter(family.contains).count ?? 0
    }

    private static func interval(of positions: [Int]) -> Int {
        guard !positions.isEmpty else { return 0 }
        func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
        let factor = positions.reduce(0) { divisor($0, $1) }
        guard factor > 0 else { return 0 }
        for index in 1...positions.count where !positions.contains(index * factor) { return 0 }
        return factor
    }

    /// Whether a separator stands before the last so many digits of the integer part.
    func separates(before digits: Int) -> Bool {
        regularGroup > 0 ? digits % regularGroup == 0 : integerGroups.contains(digits)
    }
}
