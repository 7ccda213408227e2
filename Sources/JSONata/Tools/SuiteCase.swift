import JSON

/// A case of a conformance suite: an expression, what it is evaluated on, and what should come out.
package struct SuiteCase: Sendable, CustomStringConvertible {
    enum Expectation {
        case value(JSONValue)
        case nothing
        case error(code: String, token: String?, message: String?)
    }

    package let name: String
    package let expression: String
    let dataset: String?
    let data: JSONValue?
    let bindings: [String: JSONValue]
    let expectation: Expectation
    private let isUnordered: Bool
    private let milliseconds: Int
    private let depth: Int

    package var description: String { name }

    // Cases without limits of their own get these; slow machines need the time.
    private static let usualMilliseconds = 60_000
    private static let usualDepth = 2_000

    init(_ json: JSONValue) {
        name = json["name"]?.string ?? "unnamed"
        expression = json["expr"]?.string ?? ""
        dataset = json["dataset"]?.string
        data = json["data"]
        var bindings: [String: JSONValue] = [:]
        for member in json["bindings"]?.object ?? JSONObject() { bindings[member.name] = member.value }
        self.bindings = bindings
        isUnordered = json["unordered"]?.bool ?? false
        milliseconds = json["timelimit"]?.integer.map { $0 * 4 } ?? SuiteCase.usualMilliseconds
        depth = json["depth"]?.integer ?? SuiteCase.usualDepth
        if let code = json["code"]?.string ?? json["error"]?["code"]?.string {
            expectation = .error(
                code: code,
                token: json["token"]?.string ?? json["error"]?["token"]?.string,
                message: json["error"]?["message"]?.string
            )
        } else if let result = json["result"] {
            expectation = .value(result)
        } else {
            expectation = .nothing
        }
    }

    /// Why the case fails on an input, nil when it passes.
    func failure(input: JSONValue?) -> String? {
        let limits = EvaluationLimits(
            steps: .max / 2,
            depth: depth,
            milliseconds: milliseconds,
            resultBytes: 256 << 20,
            regexSteps: 10_000_000
        )
        let options = EvaluationOptions(limits: limits, allowsEval: true)
        do {
            let result = try Expression(expression).evaluate(input, bindings: bindings, options: options)
            switch (expectation, result) {
            case (.nothing, nil): return nil
            case (.value(let wanted), let result?) where isSame(wanted, result): return nil
            case (.nothing, let result?): return "gave \(shown(result)), wanted nothing"
            case (.value(let wanted), let result):
                return "gave \(result.map { shown($0) } ?? "nothing"), wanted \(shown(wanted))"
            case (.error(let code, _, _), let result):
                return "gave \(result.map { shown($0) } ?? "nothing"), wanted error \(code)"
            }
        } catch {
            guard case .error(let code, let token, let message) = expectation else { return "failed with \(error)" }
            if error.code != code { return "failed with \(error), wanted \(code)" }
            if let token, error.token != token { return "named \(error.token ?? "nothing"), wanted \(token)" }
            if let message, error.message != message { return "said \(error.message), wanted \(message)" }
            return nil
        }
    }

    private func isSame(_ wanted: JSONValue, _ result: JSONValue) -> Bool {
        if SuiteCase.isEqual(wanted, result) { return true }
        guard isUnordered, let a = wanted.array, var b = result.array, a.count == b.count else { return false }
        for element in a {
            guard let place = b.firstIndex(where: { SuiteCase.isEqual(element, $0) }) else { return false }
            b.remove(at: place)
        }
        return true
    }

    /// Whether values are the same to JavaScript, for which the suite was written and which has only doubles.
    private static func isEqual(_ wanted: JSONValue, _ result: JSONValue) -> Bool {
        switch (wanted, result) {
        case (.number(let a), .number(let b)): return a == b || a.double == b.double
        case (.array(let a), .array(let b)):
            return a.count == b.count && zip(a, b).allSatisfy { isEqual($0, $1) }
        case (.object(let a), .object(let b)):
            return a.count == b.count
                && a.allSatisfy { member in b[member.name].map { isEqual(member.value, $0) } ?? false }
        default: return wanted == result
        }
    }

    private func shown(_ value: JSONValue) -> String {
        let text = JSONWriter.text(of: value)
        return text.count > 200 ? text.prefix(200) + "..." : text
    }
}
