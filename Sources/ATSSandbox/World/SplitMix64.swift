/// Sebastiano Vigna's SplitMix64: a stream of 64-bit numbers that depends on nothing but its seed.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// A stream of its own for a purpose, so that more draws for one never change another.
    init(seed: UInt64, purpose: String) {
        state = SplitMix64.hash(purpose, seed: seed)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return SplitMix64.mix(state)
    }

    /// A number from 0 to `limit` - 1.
    mutating func below(_ limit: Int) -> Int {
        limit <= 1 ? 0 : Int(next() % UInt64(limit))
    }

    /// A number of a closed range.
    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    /// Whether an event of that many percent happens.
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number that depends on every byte of a text; not for secrets.
    static func hash(_ text: String, seed: UInt64) -> UInt64 {
        hash(text.utf8, seed: seed)
    }

    static func hash(_ bytes: some Sequence<UInt8>, seed: UInt64) -> UInt64 {
        var state = mix(seed ^ 0xCBF2_9CE4_8422_2325)
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return mix(state)
    }
}
