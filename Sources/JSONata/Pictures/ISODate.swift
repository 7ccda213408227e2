import Basics

/// Reads the dates and times that `$toMillis` takes without a picture.
enum ISODate {
    /// The milliseconds since 1970 of `2018`, `2018-02`, `2018-02-01` or `2018-02-01T09:42:13.123+00:00`; nil for
    /// anything else.
    static func milliseconds(_ text: String) -> Int? {
        var reader = Reader(bytes: Array(text.utf8))
        guard let year = reader.digits(4) else { return nil }
        var month = 1
        var day = 1
        if reader.accept(0x2D) {
            guard let value = reader.digits(2), (1...12).contains(value) else { return nil }
            month = value
            if reader.accept(0x2D) {
                guard let value = reader.digits(2), value >= 1,
                    value <= Timestamp.daysInMonth(year: year, month: month)
                else { return nil }
                day = value
            }
        }
        var total = Timestamp.days(year: year, month: month, day: day) * 86_400_000
        if reader.accept(0x54) {
            guard let hour = reader.digits(2), reader.accept(0x3A), let minute = reader.digits(2), reader.accept(0x3A),
                let second = reader.digits(2), hour <= 24, minute < 60, second < 60
            else { return nil }
            total += ((hour * 60 + minute) * 60 + second) * 1000
        }
        if reader.accept(0x2E) {
            guard let fraction = reader.fraction() else { return nil }
            total += fraction
        }
        guard let offset = reader.offset(), reader.isAtEnd else { return nil }
        return total - offset * 60_000
    }

    private struct Reader {
        let bytes: [UInt8]
        private var position = 0

        init(bytes: [UInt8]) {
            self.bytes = bytes
        }

        var isAtEnd: Bool { position == bytes.count }

        mutating func accept(_ byte: UInt8) -> Bool {
            guard position < bytes.count, bytes[position] == byte else { return false }
            position += 1
            return true
        }

        mutating func digits(_ count: Int) -> Int? {
            guard position + count <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[position..<position + count] {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            position += count
            return value
        }

        /// Thousandths of a second; further digits are dropped.
        mutating func fraction() -> Int? {
            var value = 0
            var count = 0
            while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 {
                if count < 3 { value = value * 10 + Int(bytes[position] - 0x30) }
                count += 1
                position += 1
            }
            guard count > 0 else { return nil }
            for _ in count..<max(3, count) { value *= 10 }
            return value
        }

        /// Minutes east of UTC.
        mutating func offset() -> Int? {
            if isAtEnd || accept(0x5A) { return 0 }
            let isWest = accept(0x2D)
            guard isWest || accept(0x2B), let hours = digits(2) else { return nil }
            _ = accept(0x3A)
            guard let minutes = digits(2) else { return nil }
            return (isWest ? -1 : 1) * (hours * 60 + minutes)
        }
    }
}
