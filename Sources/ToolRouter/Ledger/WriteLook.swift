/// One look for a write whose outcome was unknown.
package struct WriteLook: Sendable, Hashable {
    /// The write as it was before.
    package var write: WriteEntry
    /// The same write afterwards: `done`, `failed`, or `unknown` still.
    package var outcome: WriteEntry
}
