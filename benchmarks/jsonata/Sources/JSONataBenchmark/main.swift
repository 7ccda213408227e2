import Basics
import Glibc
import JSON
import JSONata

// Three programs in one, so that they are built once with optimisation:
//   suite DIR                      runs a folder of conformance cases
//   fuzz COUNT [SEED [show]]       evaluates random expressions; with `show`, the last line on standard error is the one at work
//   lines EXPRESSIONS DATA         evaluates each line of a file, and prints each result or the code of its error
//   measure EXPRESSION DATA SECONDS   evaluates an expression over and over, and prints what that took

func complain(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(2, bytes, bytes.count)
}

/// The most memory that this process has had, in KiB.
func peakKiB() -> Int {
    let status = String(decoding: read("/proc/self/status"), as: UTF8.self)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
}

func read(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else {
        complain("\(path) cannot be read")
        exit(2)
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return bytes
}

func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "suite" where arguments.count == 3:
    print(try JSONataSuite.run(directory: arguments[2]), terminator: "")
case "fuzz" where arguments.count >= 3:
    var fuzzer = ExpressionFuzzer(seed: arguments.count > 3 ? UInt64(arguments[3]) ?? 7 : 7)
    let verbose = arguments.count > 4
    let parsed = fuzzer.run(count: Int(arguments[2]) ?? 1000) { index, text in
        if verbose { complain("\(index): \(text)") }
    }
    print("\(parsed) of \(arguments[2]) were expressions; no crash, no hang; \(processorSeconds()) s of processor time")
case "measure" where arguments.count == 5:
    let expression = try Expression(String(decoding: read(arguments[2]), as: UTF8.self))
    let data = try JSONParser.parse(read(arguments[3]))
    let seconds = Double(arguments[4]) ?? 1
    let options = EvaluationOptions(
        limits: EvaluationLimits(steps: .max / 2, milliseconds: 600_000, resultBytes: 1 << 30)
    )
    let result = try expression.evaluate(data, options: options)
    var rounds = 0
    let start = processorSeconds()
    while processorSeconds() - start < seconds {
        _ = try expression.evaluate(data, options: options)
        rounds += 1
    }
    let used = processorSeconds() - start
    var writer = JSONWriter()
    writer.beginObject()
    writer.name("perSecond")
    writer.raw(Array(JSONNumber.text(of: Double(rounds) / used).utf8))
    writer.name("peakKiB")
    writer.integer(peakKiB())
    writer.name("result")
    writer.value(result ?? .null, sorted: true)
    writer.endObject()
    print(String(decoding: writer.bytes, as: UTF8.self))
case "lines" where arguments.count == 4:
    let data = try JSONParser.parse(read(arguments[3]))
    for line in String(decoding: read(arguments[2]), as: UTF8.self).split(separator: "\n") {
        do throws(JSONataError) {
            let result = try Expression(String(line)).evaluate(data, options: EvaluationOptions(allowsEval: true))
            print(result.map { JSONWriter.text(of: $0) } ?? "nothing")
        } catch {
            print(error.code)
        }
    }
default:
    complain("usage: JSONataBenchmark suite DIR | fuzz COUNT [SEED [show]] | measure EXPRESSION DATA SECONDS")
    exit(2)
}
