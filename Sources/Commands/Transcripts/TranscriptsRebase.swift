import Agents
import Basics
import Gateway
import Transcripts

extension Command {
    static let transcriptsRebase = Command(
        path: ["transcripts", "rebase"],
        summary: "Replay a recording on the sandbox and note what the tools answer now",
        arguments: [.init(name: "FILE", summary: "The recording; it is written again")],
        options: CommonOptions.places,
        details: "The words are not looked at: read them again, and check that they are still true.",
        isHidden: true,
        run: { given in
            var invocation = given
            invocation.options["sandbox"] = [""]
            let file = invocation.arguments[0]
            return try await invocation.withWorkplace { workplace in
                let model = try await workplace.model("replay:" + file, records: true)
                return try await given.finally({ await model.close() }) {
                    guard let recording = model.recording, let replay = model.replay else { return .failed }
                    let session = try workplace.session(agent: recording.agent, model: model)
                    for message in recording.userMessages {
                        let outcome = await session.send(message)
                        guard outcome.reason == .answered else {
                            let reason = outcome.explanation ?? outcome.reason.rawValue
                            throw CommandError("the replay ended early: \(reason)")
                        }
                    }
                    try TextFile.write(try replay.rebased().encoded(), to: file)
                    given.terminal.print("\(file): written again")
                    return .done
                }
            }
        }
    )
}
