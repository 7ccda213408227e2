/// A class of characters, as code units of UTF-16.
struct RegexSet: Sendable {
    private var ranges: [ClosedRange<UInt16>] = []
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    var isNegated = false

    static let digits: RegexSet = RegexSet([0x30...0x39])
    static let words: RegexSet = RegexSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let spaces: RegexSet = RegexSet([
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])

    init(_ ranges: [ClosedRange<UInt16>] = []) {
        for range in ranges { insert(range) }
    }

    mutating func insert(_ range: ClosedRange<UInt16>) {
        ranges.append(range)
        var unit = range.lowerBound
        while unit < 128, unit <= range.upperBound {
            if unit < 64 { low |= 1 << UInt64(unit) } else { high |= 1 << UInt64(unit - 64) }
            unit += 1
        }
    }

    mutating func insert(_ other: RegexSet) {
        for range in other.isNegated ? other.complement : other.ranges { insert(range) }
    }

    /// The ranges between the ranges.
    private var complement: [ClosedRange<UInt16>] {
        var result: [ClosedRange<UInt16>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if UInt32(range.lowerBound) > next { result.append(UInt16(next)...(range.lowerBound - 1)) }
            next = max(next, UInt32(range.upperBound) + 1)
        }
        if next <= 0xFFFF { result.append(UInt16(next)...0xFFFF) }
        return result
    }

    private func holds(_ unit: UInt16) -> Bool {
        if unit < 64 { return low >> UInt64(unit) & 1 == 1 }
        if unit < 128 { return high >> UInt64(unit - 64) & 1 == 1 }
        return ranges.contains { $0.contains(unit) }
    }

    func contains(_ unit: UInt16, ignoringCase: Bool) -> Bool {
        var isInside = holds(unit)
        if !isInside, ignoringCase {
            isInside = holds(RegexCase.upper(unit)) || holds(RegexCase.lower(unit))
        }
        return isInside != isNegated
    }
}

/// Upper and lower case of single code units, as ECMAScript compares them without regard to case.
enum RegexCase {
    static func upper(_ unit: UInt16) -> UInt16 {
        if unit < 128 { return unit >= 0x61 && unit <= 0x7A ? unit - 0x20 : unit }
        guard let scalar = Unicode.Scalar(unit) else { return unit }
        return single(scalar.properties.uppercaseMapping, unlessASCII: unit)
    }

    static func lower(_ unit: UInt16) -> UInt16 {
        if unit < 128 { return unit >= 0x41 && unit <= 0x5A ? unit + 0x20 : unit }
        guard let scalar = Unicode.Scalar(unit) else { return unit }
        return single(scalar.properties.lowercaseMapping, unlessASCII: unit)
    }

    private static func single(_ mapping: String, unlessASCII unit: UInt16) -> UInt16 {
        let units = Array(mapping.utf16)
        return units.count == 1 && units[0] >= 128 ? units[0] : unit
    }
}
