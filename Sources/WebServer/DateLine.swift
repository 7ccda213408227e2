import Basics

/// The `Date` field of responses, made anew once a second (RFC 9110 section 6.6.1).
struct DateLine {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private var bytes: [UInt8] = []
    private var second = UInt64.max

    /// The line with its CR LF; `monotonic` decides when a new one is due.
    mutating func line(monotonic: UInt64) -> [UInt8] {
        let now = monotonic / 1_000_000_000
        if now != second {
            second = now
            bytes = Array("Date: \(DateLine.text(SystemClock().now()))\r\n".utf8)
        }
        return bytes
    }

    /// An instant as RFC 9110 section 5.6.7 writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func text(_ instant: Timestamp) -> String {
        let (year, month, day) = instant.date
        let dayNumber = Timestamp.days(year: year, month: month, day: day)
        let time = instant.iso8601.dropFirst(11).prefix(8)
        let weekday = days[(dayNumber % 7 + 7) % 7]
        return "\(weekday), \(day < 10 ? "0" : "")\(day) \(months[month - 1]) \(year) \(time) GMT"
    }
}
