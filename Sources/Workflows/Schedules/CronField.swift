/// One of the five fields: what it is called, and which numbers and names it takes.
struct CronField: Sendable {
    var title: String
    var range: ClosedRange<Int>
    var names: [String] = []

    static let minute = CronField(title: "minute", range: 0...59)
    static let hour = CronField(title: "hour", range: 0...23)
    static let day = CronField(title: "day of the month", range: 1...31)
    static let month = CronField(
        title: "month",
        range: 1...12,
        names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    )
    static let weekday = CronField(
        title: "day of the week",
        range: 0...7,
        names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
    )

    static func error(_ text: String, _ problem: String) -> WorkflowError {
        WorkflowError("invalid_cron", "the cron expression '\(text)' \(problem)")
    }

    /// A bit for each number that the text names.
    func read(_ text: String) throws(WorkflowError) -> UInt64 {
        var bits: UInt64 = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: false) { bits |= try element(String(part)) }
        return bits
    }

    private func element(_ text: String) throws(WorkflowError) -> UInt64 {
        try refuseExtensions(text)
        let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let span = halves[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        var (low, high) = (range.lowerBound, names.count == 7 ? 6 : range.upperBound)
        if halves[0] != "*" {
            low = try value(span[0])
            high = span.count == 2 ? try value(span[1]) : low
            // A week that ends on Sunday is written FRI-SUN.
            if names.count == 7, span.count == 2, high == 0, low > 0 { high = 7 }
        }
        guard low <= high else {
            throw problem(text, "runs backwards; write '\(low)-\(range.upperBound),\(range.lowerBound)-\(high)'")
        }
        var step = 1
        if halves.count == 2 {
            guard halves[0] == "*" || span.count == 2 else {
                throw problem(text, "has a step without a range; write '\(halves[0])-\(range.upperBound)/\(halves[1])'")
            }
            guard let number = number(halves[1]), number > 0 else {
                throw problem(text, "has a step that is no number from 1 on")
            }
            guard number <= high - low else {
                throw problem(
                    text,
                    "has a step that is longer than its range, so it means \(low) alone; write '\(low)'"
                )
            }
            step = number
        }
        var bits: UInt64 = 0
        for value in stride(from: low, through: high, by: step) { bits |= 1 << value }
        return bits
    }

    private func value(_ text: Substring) throws(WorkflowError) -> Int {
        if let index = names.firstIndex(of: text.uppercased()) { return index + (names.count == 7 ? 0 : 1) }
        let allowed =
            "\(range.lowerBound) to \(range.upperBound)"
            + (names.isEmpty ? "" : " or \(names[0]) to \(names[names.count - 1])")
        guard let number = number(text) else { throw problem(String(text), "is not understood; \(allowed) is") }
        guard range.contains(number) else { throw problem(String(text), "is out of range; \(allowed) can be given") }
        return number
    }

    private func number(_ text: Substring) -> Int? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Int(text)
    }

    /// Other programs know these; an explanation is better than "not understood".
    private func refuseExtensions(_ text: String) throws(WorkflowError) {
        let upper = text.uppercased()
        if upper == "?" { throw problem(text, "is not known here; write '*'") }
        if upper.contains("#") { throw problem(text, "is not known here; list the days 1-7, 8-14 and so on instead") }
        let last = upper.last
        let rest = upper.dropLast()
        let isNumber = rest.allSatisfy { $0.isASCII && $0.isNumber } || names.contains(String(rest))
        if last == "L", isNumber || rest.isEmpty {
            throw problem(
                text,
                "is not known here: L, the last day, cannot be given; use '28' or the first day of the next month"
            )
        }
        if last == "W", isNumber || rest == "L" {
            throw problem(
                text,
                "is not known here: W, the nearest weekday, cannot be given; use 'MON-FRI' as day of the week"
            )
        }
    }

    private func problem(_ text: String, _ what: String) -> WorkflowError {
        WorkflowError("invalid_cron", "the \(title) '\(text)' of the cron expression \(what)")
    }
}
