import JSON
import JSONata

/// Makes expressions that are wrong in ways nobody would write, the same ones for the same seed.
struct ExpressionFuzzer {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64 (Steele, Lea and Flood, 2014).
    private mutating func random(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }

    private mutating func pick(_ choices: [String]) -> String { choices[random(choices.count)] }

    static let data: JSONValue = [
        "a": [["b": 1, "c": "x y", "d": [1, 2, [3]]], ["b": 2.5, "c": "", "d": []], ["b": nil, "e": ["f": true]]],
        "n": 9_007_199_254_740_993, "s": "αβ 12-ab", "o": ["k": ["k": ["k": 1]]],
    ]

    private static let seeds = [
        "a[b > 1].c", "a.d[0]", "a{c: $sum(b)}", "a^(>b, c).c", "a@$x.d#$i[$i = $x.b]", "a.d.{'p': %.b}", "$$.o.**.k",
        "$map(a, function($v, $i){$v.b + $i})", "($f := function($n){$n > 0 ? $f($n - 1) : 0}; $f(9))",
        "o ~> |k|{'z': 1}, 'k'|",
        "$replace(s, /(\\w)-(\\w)/, '$2$1')", "$match(s, /(?<x>[a-c]+)|\\d{1,2}?/)", "$formatNumber(n, '#,##0.00;(0)')",
        "$fromMillis(n, '[Y]-[M01]-[D01] [FNn,3-3]')", "$toMillis('2026-01-02', '[Y]-[M]-[D]')",
        "$formatInteger(n, 'Ww;o')",
        "$sort(a, function($l, $r){$l.b > $r.b})", "$reduce([1..5], $sum(?))", "$string(a, true) ~> $length()",
        "$eval(s)",
        "$split(s, /[ -]/)", "$merge(a) ~> $keys()", "$each(o, λ($v, $k)<xs:s>{$k & $v})",
        "[[1..3], n][-1] in a.d ?? 'no'",
        "$table(a)", "$parse('[1]')", "$pad(s, -20, 'αb')", "$spread(a)[c]", "$zip(a.b, [1..3])", "-n * 1e300 % 7 & -s",
    ]
    private static let tokens = [
        "a", "b", "c", "d", "n", "s", "o", "$", "$$", "$x", "$i", "$f", "%", "*", "**", ".", "[", "]", "[]", "{", "}",
        "(", ")",
        ",", ";", ":", ":=", "?", "?:", "??", "@$x", "#$i", "^(", "~>", "|", "+", "-", "/", "&", "=", "!=", "<", ">=",
        " in ",
        " and ", " or ", "0", "1", "-1", "1e308", "2.5", "'x'", "''", "\"\\u00e9\"", "true", "null", "/a*/",
        "/(a|b)+?/i",
        "[0]", "[-1]", "[1..3]", "function($x){", "λ($a,$b)<a-n?:s>{", "$sum(", "$map(", "$string(", "$each(", "$sift(",
        "$reduce(", "$append(", "$lookup(", "$round(", "$power(", "$substring(", "$formatBase(", "$distinct(",
        "$clone(",
        "$single(", "$join(", "$not(", "$type(", "$number(", "$now(", "$base64decode(", "$decodeUrl(", "$assert(",
        "$error(", "..",
    ]

    /// The next expression: one of the seeds changed in a few places, or tokens one after the other.
    mutating func next() -> String {
        if random(8) == 0 {
            return (0...random(24)).map { _ in pick(Self.tokens) }.joined()
        }
        var characters = Array(pick(Self.seeds))
        for _ in 0...random(2) {
            let place = random(characters.count + 1)
            switch random(5) {
            case 0 where place < characters.count: characters.remove(at: place)
            case 1:
                let other = Array(pick(Self.seeds))
                let start = random(other.count)
                characters.insert(contentsOf: other[start...].prefix(random(12)), at: place)
            case 2 where place < characters.count:
                characters[place] = Character(Unicode.Scalar(UInt8(0x20 + random(0x5F))))
            default: characters.insert(contentsOf: pick(Self.tokens), at: place)
            }
        }
        return String(characters)
    }

    /// Limits tight enough for millions of them.
    static let options = EvaluationOptions(
        limits: EvaluationLimits(
            steps: 20_000,
            depth: 200,
            milliseconds: 1_000,
            resultBytes: 1 << 16,
            regexSteps: 20_000
        ),
        allowsEval: true
    )

    /// Reads and evaluates the next expressions; whatever they do, they end, and with a result or a proper error.
    ///
    /// Gives how many of them were expressions.
    mutating func run(count: Int, each report: (Int, String) -> Void = { _, _ in }) -> Int {
        var parsed = 0
        for index in 0..<count {
            let text = next()
            report(index, text)
            guard let expression = try? Expression(text) else { continue }
            parsed += 1
            _ = try? expression.evaluate(Self.data, options: Self.options)
            if index % 64 == 0 { _ = ExpressionChecker().check(expression) }
            if index % 256 == 0 { _ = ExpressionTracer(expression, options: Self.options).trace(Self.data) }
        }
        return parsed
    }
}
