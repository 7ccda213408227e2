import Basics
import Gateway
import HTTP
import JSON

extension Command {
    static let run = Command(
        path: ["run"],
        summary: "Run a workflow to its end, journalled",
        arguments: [
            .init(name: "WORKFLOW", summary: "Its name, as `workflows list` shows it"),
            .init(
                name: "key=value",
                summary: "A member of the input; a value that is JSON is taken as such",
                isRequired: false,
                isRest: true
            ),
        ],
        options: [
            .init(name: "input", value: "FILE", summary: "The input as a JSON object; - reads standard input"),
            .init(name: "preview", summary: "Run the reads and list every write with exact ids; send none"),
            .init(name: "yes", summary: "Approve what the run asks for, where you may"),
            .init(name: "user", value: "NAME", summary: "Whose connections are used (default: you)"),
            CommonOptions.json,
        ] + CommonOptions.places,
        details: """
            A run that is killed goes on where it was: at the next start of `serve`, or with `runs resume ID`.
            Exit status 3 when it waits for a person. Example: switchboard run interview-briefing --sandbox \\
              candidateName="Sarah Jenkins" jobTitle="Product Manager"
            """,
        run: { invocation in
            var input = JSONObject()
            if let file = invocation.value("input") {
                let text = file == "-" ? StandardInput.all() : try TextFile.read(file)
                guard let object = try JSONParser.parse(text).object else {
                    throw CommandError("\(file) must hold one JSON object, the input")
                }
                input = object
            }
            for pair in invocation.arguments.dropFirst() {
                let (name, value) = try KeyValue.parse(pair)
                input[name] = value
            }
            let user = try invocation.value("user") ?? invocation.configuration().defaultUser
            let body: JSONValue = [
                "workflow": .string(invocation.arguments[0]), "input": .object(input), "user": .string(user),
                "preview": .bool(invocation.has("preview")),
            ]
            return try await invocation.withControl { control in
                let run = try await control.send("POST", "/v1/runs", body: body)
                return try await RunWatch(invocation: invocation, control: control).follow(run)
            }
        }
    )
}
