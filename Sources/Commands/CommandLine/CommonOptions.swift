/// Options that many commands share.
enum CommonOptions {
    static let json = Command.Option(name: "json", summary: "Print one JSON document")
    static let sandbox = Command.Option(
        name: "sandbox",
        summary: "Use simulated systems and a data folder of their own"
    )

    /// Where files and data lie, and whether everything is simulated.
    static let places: [Command.Option] = [
        sandbox,
        .init(name: "data", value: "DIR", summary: "The data folder (SWITCHBOARD_DATA)"),
        .init(name: "home", value: "DIR", summary: "The folder that holds toolkits/ and agents/ (SWITCHBOARD_HOME)"),
        .init(name: "now", value: "TIME", summary: "The sandbox's clock starts at this ISO 8601 time"),
        .init(name: "verbose", summary: "Say on standard error what happens"),
    ]
}
