/// Named branches that are run at the same time; what one sets, the others do not see.
package struct ParallelStep: Sendable {
    /// Steps with the name that their value gets.
    package struct Branch: Sendable {
        package var name: String
        package var steps: [Step]
    }

    package var branches: [Branch]
}
