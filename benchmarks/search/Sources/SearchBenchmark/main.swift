import Basics
import Glibc
import JSON
import Tools

// usage: SearchBenchmark CATALOGUE.json LEXICON.json GUIDES(comma-separated) answer QUERIES.jsonl
//        SearchBenchmark CATALOGUE.json LEXICON.json GUIDES(comma-separated) time QUERIES.jsonl TOOLS
// `answer` prints what `switchboard tools search --queries FILE --json` prints, over the given catalogue; `time` prints
// the time a query takes over a catalogue repeated until it has so many tools.

func parse(_ path: String) throws -> JSONValue { try JSONParser.parse(try TextFile.read(path)) }

func tools(_ json: JSONValue, copy: Int) -> [ToolSpecification] {
    (json.array ?? []).map { tool in
        let suffix = copy == 0 ? "" : "\(copy)"
        return ToolSpecification(
            name: (tool["name"]?.string ?? "") + suffix,
            title: tool["title"]?.string ?? "",
            description: tool["description"]?.string ?? "",
            toolkit: (tool["toolkit"]?.string ?? "") + suffix,
            tags: tool["tags"]?.array?.compactMap(\.string) ?? [],
            effect: .read,
            inputSchema: tool["inputSchema"] ?? [:]
        )
    }
}

/// The milliseconds that this process has computed, whatever else the machine does.
func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
}

let arguments = CommandLine.arguments
guard arguments.count >= 6 else { fatalError("see the usage in main.swift") }
let catalogue = try parse(arguments[1])
let (lexicon, lexiconProblems) = SearchLexicon.read(try parse(arguments[2]), file: arguments[2])
var guide = SearchGuide()
var problems = lexiconProblems
for file in arguments[3].split(separator: ",").map(String.init) {
    let read = SearchGuide.read(try parse(file), file: file)
    guide.merge(read.guide)
    problems += read.problems
}
let once = tools(catalogue, copy: 0)
problems += guide.limited(to: Set(once.map(\.name)), file: "search.json").problems
for problem in problems { _ = "\(problem)\n".withCString { write(STDERR_FILENO, $0, strlen($0)) } }
let queries = try String(decoding: TextFile.read(arguments[5]), as: UTF8.self).split(separator: "\n").map {
    try JSONParser.parse(String($0))
}

if arguments[4] == "answer" {
    let search = ToolSearch(once, utterances: guide.utterances, lexicon: lexicon)
    let titles = Dictionary(uniqueKeysWithValues: once.map { ($0.name, $0.title) })
    for query in queries {
        let text = query["query"]?.string ?? ""
        let toolkit = query["toolkit"]?.string.flatMap { ["ashby", "pinpoint"].contains($0) ? $0 : nil }
        let outcome = search.search(text, toolkit: toolkit, limit: 10)
        let results = (outcome.hits.isEmpty ? [] : outcome.hits).map { hit -> JSONValue in
            ["name": .string(hit.tool), "title": .string(titles[hit.tool] ?? ""), "score": .double(hit.score)]
        }
        let line: JSONValue = [
            "query": .string(text), "results": .array(results), "abstained": .bool(outcome.abstained),
            "near": .double(outcome.nearest.first?.score ?? 0),
        ]
        print(JSONWriter.text(of: line))
    }
} else {
    var many: [ToolSpecification] = []
    var utterances: [String: [String]] = [:]
    var copy = 0
    while many.count < Int(arguments[6]) ?? 1000 {
        for tool in tools(catalogue, copy: copy) { many.append(tool) }
        for (name, texts) in guide.utterances { utterances[name + (copy == 0 ? "" : "\(copy)")] = texts }
        copy += 1
    }
    let search = ToolSearch(many, utterances: utterances, lexicon: lexicon)
    var times: [Double] = []
    for _ in 0..<5 {
        for query in queries {
            let start = processorTime()
            _ = search.search(query["query"]?.string ?? "", limit: 10)
            times.append(processorTime() - start)
        }
    }
    times.sort()
    let (median, late) = (times[times.count / 2], times[times.count * 95 / 100])
    let mean = times.reduce(0, +) / Double(times.count)
    print("\(many.count) tools, \(times.count) queries: median \(median) ms, mean \(mean) ms, p95 \(late) ms")
}
