/// The value with which a loop item, a parallel branch or the run ends.
package struct GiveStep: Sendable {
    package var value: Template
}
