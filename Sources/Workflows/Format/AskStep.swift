package import Agents
package import JSON

/// A question to a model, whose tools are none unless the file names them.
package struct AskStep: Sendable {
    /// What the model is to do.
    package enum Instructions: Sendable {
        /// Written in the step.
        case text(Template)
        /// A Markdown file below the home folder, such as `prompts/briefing.md`; formulas in it are plain text.
        case file(path: String, Prompt)
    }

    /// What an answer has to be like.
    package struct Output: Sendable {
        /// How an answer is read.
        package enum Format: String, Sendable, CaseIterable {
            /// The value is `{"markdown": …}`.
            case markdown
            /// The value is `{"text": …}`.
            case text
            /// The value is `{"json": …}`.
            case json
        }

        package var format: Format
        /// A JSON Schema that an answer in JSON must satisfy.
        package var schema: JSONValue?
        package var maxWords: Int?
        /// Texts that the answer must contain, in any case of letters.
        package var mustMention: [Template]
        /// The most tokens that the model may write.
        package var maxTokens: Int?
    }

    package var instructions: Instructions
    /// What the model reads about; always delimited, and never trusted.
    package var data: Template?
    /// The names of the tools it may call.
    package var tools: [String]
    /// The spec of a model; nil for the run's.
    package var model: String?
    package var output: Output
    /// Stands in for the answer where there is no model.
    package var template: Template?
}
