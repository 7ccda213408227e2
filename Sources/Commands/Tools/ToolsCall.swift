import Basics
import Gateway
import HTTP
import JSON
import Tools

extension Command {
    static let toolsCall = Command(
        path: ["tools", "call"],
        summary: "Call a tool and print its result",
        arguments: [
            .init(name: "NAME", summary: "The tool's name"),
            .init(
                name: "key=value",
                summary: "An argument; a value that is JSON is taken as such",
                isRequired: false,
                isRest: true
            ),
        ],
        options: [
            .init(name: "input", value: "FILE", summary: "The arguments as a JSON object; - reads standard input"),
            .init(name: "select", value: "EXPR", summary: "JSONata over the result: print only what it selects"),
            .init(name: "all", summary: "Read every page of a list, up to 10000 records or --max"),
            .init(name: "max", value: "N", summary: "With --all: fail when there are more records than this"),
            .init(name: "wait", value: "SECONDS", summary: "Wait so long for rate limits; for tools that only read"),
            .init(name: "user", value: "NAME", summary: "Whose connections are used (default: you)"),
            .init(name: "once", value: "KEY", summary: "A key of yours: repeated under it, a write is made once"),
            CommonOptions.json,
        ] + CommonOptions.places,
        details: "Example: switchboard tools call list_all_pinpoint_candidates search=\"Sarah Jenkins\" --sandbox",
        run: { invocation in
            var arguments = JSONObject()
            if let file = invocation.value("input") {
                let text = file == "-" ? StandardInput.all() : try TextFile.read(file)
                guard let object = try JSONParser.parse(text).object else {
                    throw CommandError("\(file) must hold one JSON object of arguments")
                }
                arguments = object
            }
            for pair in invocation.arguments.dropFirst() {
                let (name, value) = try KeyValue.parse(pair)
                arguments[name] = value
            }
            let user = try invocation.value("user") ?? invocation.configuration().defaultUser
            var draft: JSONValue = ["arguments": .object(arguments), "user": .string(user)]
            if let select = invocation.value("select") { draft["select"] = .string(select) }
            if let once = invocation.value("once") { draft["once"] = .string(once) }
            let maximum = try invocation.integer("max", in: 1...AllPages.largestMaximum)
            if maximum != nil, !invocation.has("all") { throw CommandError.usage("--max belongs to --all") }
            if invocation.has("all") { draft["all"] = maximum.map { ["max": .integer($0)] } ?? true }
            draft["wait"] = try invocation.integer("wait", in: 0...300).map { .integer($0) }
            let call = draft
            let target = "/v1/tools/" + PercentEncoding.encode(invocation.arguments[0]) + "/execute"
            return try await invocation.withControl { control in
                let result = try await control.send("POST", target, body: call)
                invocation.terminal.print(Terminal.harmless(JSONWriter.pretty(result)))
                return .done
            }
        }
    )
}
