package import Basics
package import JSON

/// Reads faults from JSON: one object, a list of them, or an object with a list called `faults`.
package enum SandboxFaultReader {
    private static let matching: Set = ["system", "method", "path", "operation", "after", "nth", "count", "kind"]
    private static let settings: [String: Set<String>] = [
        "status": ["status", "headers", "body", "retry_after"], "delay_before": ["seconds"],
        "late_work": ["seconds"], "delay_after": ["seconds"],
        "fail_after_work": ["status"], "cut_off": ["bytes"], "drip": ["bytes", "seconds"], "page": ["status"],
        "malformed": [], "list_lag": ["seconds"],
    ]

    /// The faults that could be read, and every problem of the rest with its place in `file`.
    package static func read(_ value: JSONValue, file: String) -> (faults: [SandboxFault], problems: [Diagnostic]) {
        let listed = value["faults"]
        let items = (listed ?? value).array ?? [value]
        let base = listed == nil ? "" : "/faults"
        let isList = listed != nil || value.array != nil
        var faults: [SandboxFault] = []
        var problems: [Diagnostic] = []
        for (index, item) in items.enumerated() {
            let pointer = isList ? "\(base)/\(index)" : ""
            var reader = Reader(item: item, pointer: pointer, file: file)
            if let fault = reader.read() { faults.append(fault) }
            problems += reader.problems
        }
        return (faults, problems)
    }

    private struct Reader {
        let item: JSONValue
        let pointer: String
        let file: String
        var problems: [Diagnostic] = []

        mutating func report(_ name: String, _ message: String) {
            problems.append(
                Diagnostic(.error, file: file, pointer: name.isEmpty ? pointer : pointer + "/" + name, message)
            )
        }

        mutating func read() -> SandboxFault? {
            guard let object = item.object else {
                report("", "a fault is an object, not \(item.typeName)")
                return nil
            }
            guard let name = object["kind"]?.string, let known = settings[name] else {
                report("kind", "expected one of \(settings.keys.sorted().joined(separator: ", "))")
                return nil
            }
            for member in object.names where !matching.contains(member) && !known.contains(member) {
                report(member, "a fault of kind \(name) has no \(member)")
            }
            let kind = kind(name)
            var fault = SandboxFault(
                kind,
                system: text("system"),
                method: text("method"),
                path: text("path"),
                operation: text("operation"),
                after: number("after", or: 0),
                count: item["count"] == nil ? nil : number("count", or: 1)
            )
            if let system = fault.system, !["ashby", "pinpoint"].contains(system) {
                report("system", "expected ashby or pinpoint")
            }
            if item["nth"] != nil {
                let nth = number("nth", or: 1)
                if nth < 1 { report("nth", "the first request is number 1") }
                if item["after"] != nil || item["count"] != nil { report("nth", "nth goes without after and count") }
                fault.after = max(0, nth - 1)
                fault.count = 1
            }
            return problems.isEmpty ? fault : nil
        }

        private mutating func kind(_ name: String) -> SandboxFault.Kind {
            switch name {
            case "status":
                var headers: [String: String] = [:]
                for (name, value) in item["headers"]?.object ?? [:] { headers[name] = value.string }
                if let seconds = item["retry_after"]?.integer { headers["Retry-After"] = String(seconds) }
                return .status(status(or: 503), headers: headers, body: item["body"])
            case "delay_before": return .delayBefore(seconds())
            case "late_work": return .lateWork(seconds())
            case "delay_after": return .delayAfter(seconds())
            case "fail_after_work": return .failAfterWork(status(or: 500))
            case "cut_off": return .cutOff(number("bytes", or: 20))
            case "drip": return .drip(max(1, number("bytes", or: 1)), seconds())
            case "page": return .page(status(or: 502))
            case "malformed": return .malformed
            default: return .listLag(seconds())
            }
        }

        private mutating func text(_ name: String) -> String? {
            guard let value = item[name], !value.isNull else { return nil }
            if value.string == nil { report(name, "expected a string, not \(value.typeName)") }
            return value.string
        }

        private mutating func number(_ name: String, or fallback: Int) -> Int {
            guard let value = item[name] else { return fallback }
            guard let number = value.integer, number >= 0 else {
                report(name, "expected an integer of 0 or more")
                return fallback
            }
            return number
        }

        private mutating func status(or fallback: Int) -> Int {
            let status = number("status", or: fallback)
            if !(200...599).contains(status) { report("status", "expected an HTTP status from 200 to 599") }
            return status
        }

        private mutating func seconds() -> Double {
            guard let value = item["seconds"]?.number?.double, value >= 0, value <= 3600 else {
                report("seconds", "expected a number from 0 to 3600")
                return 0
            }
            return value
        }
    }
}
