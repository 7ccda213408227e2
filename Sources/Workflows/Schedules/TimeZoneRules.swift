import Basics

/// What the clocks of a place show: its offset from UTC at every instant, past and future.
///
/// Read from a TZif file of version 2 or later (RFC 9636). Instants are seconds since 1970 without leap seconds; files that
/// count leap seconds are refused.
package struct TimeZoneRules: Sendable, Hashable {
    /// From an instant on, another offset holds.
    struct Change: Sendable, Hashable {
        var at: Int64
        /// Seconds east of UTC.
        var offset: Int
    }

    /// The largest distance from UTC, in seconds; RFC 9636 expects -89999 to 93599.
    static let widest = 26 * 3600

    /// The offset before the first change.
    private var first: Int
    private var changes: [Change]
    private var rule: ZoneRule?

    /// UTC, which needs no file.
    package static let utc = TimeZoneRules(first: 0, changes: [], rule: ZoneRule(standard: 0))

    init(first: Int, changes: [Change], rule: ZoneRule?) {
        self.first = first
        self.changes = changes
        self.rule = rule
    }

    /// Seconds east of UTC at an instant.
    package func offset(at seconds: Int64) -> Int {
        if seconds < changes.last?.at ?? .min || rule == nil {
            let index = indexOfChange(after: seconds)
            return index == 0 ? first : changes[index - 1].offset
        }
        return rule?.offset(at: seconds) ?? first
    }

    /// The next change after an instant; nil when the clocks never change again.
    func change(after seconds: Int64) -> Change? {
        let index = indexOfChange(after: seconds)
        if index < changes.count { return changes[index] }
        guard let rule, rule.saving != nil else { return nil }
        var before = offset(at: seconds)
        let year = ZoneRule.year(of: seconds)
        for year in year - 1...year + 1 {
            for change in rule.changes(in: year) where change.at > seconds {
                let offset = rule.offset(at: change.at)
                if offset != before { return Change(at: change.at, offset: offset) }
                before = offset
            }
        }
        return nil
    }

    private func indexOfChange(after seconds: Int64) -> Int {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= seconds { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// What the clocks show at an instant, in seconds since 1970 on them.
    package func local(at seconds: Int64) -> Int64 { seconds + Int64(offset(at: seconds)) }

    /// The instant at which the clocks show a time: the first one where they show it twice, and the end of the gap, as a
    /// whole minute, where they never do.
    package func instant(ofLocal local: Int64) -> Int64 {
        var from = local - Int64(TimeZoneRules.widest)
        while true {
            let found = local - Int64(offset(at: from))
            guard let next = change(after: from), found >= next.at else { return found }
            let after = next.at + Int64(next.offset)
            if after > local {
                let beyond = after % 60
                return next.at + (beyond == 0 ? 0 : 60 - beyond)
            }
            from = next.at
        }
    }
}

extension TimeZoneRules {
    /// Reads the content of a TZif file.
    ///
    /// - Throws: ``WorkflowError`` with code `invalid_timezone` that says what is wrong with it.
    package init(tzif bytes: [UInt8]) throws(WorkflowError) {
        var reader = ZoneReader(bytes: bytes)
        let old = try reader.header()
        try reader.skip(old.size(ofTime: 4))
        let header = try reader.header()
        guard header.leaps == 0 else { throw ZoneReader.error("it counts leap seconds") }
        let times = try (0..<header.times).map { _ throws(WorkflowError) in try reader.integer(8) }
        let kinds = try (0..<header.times).map { _ throws(WorkflowError) in Int(try reader.integer(1) & 0xFF) }
        let offsets = try (0..<header.types).map { _ throws(WorkflowError) in
            let offset = Int(try reader.integer(4))
            try reader.skip(2)
            guard abs(offset) < TimeZoneRules.widest else { throw ZoneReader.error("it has an offset of \(offset) s") }
            return offset
        }
        try reader.skip(header.characters + header.standard + header.universal)
        guard let first = offsets.first, kinds.allSatisfy({ $0 < offsets.count }) else {
            throw ZoneReader.error("it names an offset that it does not have")
        }
        var changes: [Change] = []
        var before: (at: Int64, offset: Int) = (.min, first)
        for (time, kind) in zip(times, kinds) {
            // Far-off instants are refused so that arithmetic with them cannot overflow.
            guard time > before.at, (-1 << 59...1 << 59).contains(time) else {
                throw ZoneReader.error("its times are not in order")
            }
            let offset = offsets[kind]
            if offset != before.offset { changes.append(Change(at: time, offset: offset)) }
            before = (time, offset)
        }
        var rule: ZoneRule?
        if let footer = try reader.footer() {
            guard let read = ZoneRule(footer) else { throw ZoneReader.error("its last line is not a rule of POSIX") }
            rule = read
            // The rule holds after the last time that is recorded, also where nothing changed at it.
            if let last = times.last, last > changes.last?.at ?? .min {
                changes.append(Change(at: last, offset: before.offset))
            }
        }
        self.init(first: first, changes: changes, rule: rule)
    }
}

private struct ZoneReader {
    struct Header {
        var universal: Int, standard: Int, leaps: Int, times: Int, types: Int, characters: Int

        func size(ofTime width: Int) -> Int {
            times * (width + 1) + types * 6 + characters + leaps * (width + 4) + standard + universal
        }
    }

    let bytes: [UInt8]
    var position = 0

    static func error(_ what: String) -> WorkflowError {
        WorkflowError("invalid_timezone", "the time zone file cannot be used: \(what)")
    }

    mutating func skip(_ count: Int) throws(WorkflowError) {
        guard count <= bytes.count - position else { throw ZoneReader.error("it ends too early") }
        position += count
    }

    /// A signed number, most significant byte first.
    mutating func integer(_ width: Int) throws(WorkflowError) -> Int64 {
        let start = position
        try skip(width)
        var value: UInt64 = 0
        for byte in bytes[start..<position] { value = value << 8 | UInt64(byte) }
        let unused = UInt64(64 - width * 8)
        return Int64(bitPattern: value << unused) >> Int64(unused)
    }

    mutating func header() throws(WorkflowError) -> Header {
        guard bytes[position...].starts(with: [0x54, 0x5A, 0x69, 0x66]) else {
            throw ZoneReader.error("it is not a TZif file")
        }
        try skip(4)
        let version = try integer(1)
        guard version >= 0x32 else { throw ZoneReader.error("it is of version 1; 2 or later is needed") }
        try skip(15)
        var counts: [Int] = []
        for _ in 0..<6 {
            let count = try integer(4)
            guard (0...65_536).contains(count) else { throw ZoneReader.error("it is too large") }
            counts.append(Int(count))
        }
        return Header(
            universal: counts[0],
            standard: counts[1],
            leaps: counts[2],
            times: counts[3],
            types: counts[4],
            characters: counts[5]
        )
    }

    /// The text between the line ends that close the file; nil when it is empty.
    mutating func footer() throws(WorkflowError) -> ArraySlice<UInt8>? {
        let rest = bytes[position...]
        guard rest.count >= 2, rest.first == 0x0A, rest.count <= 512, let end = rest.dropFirst().firstIndex(of: 0x0A)
        else {
            throw ZoneReader.error("its last line is missing")
        }
        let text = rest[(position + 1)..<end]
        return text.isEmpty ? nil : text
    }
}
