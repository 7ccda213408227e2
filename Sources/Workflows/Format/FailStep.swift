/// An error that the author foresaw.
package struct FailStep: Sendable {
    package var message: Template
    /// A word for programs; `failed` where the file gives none.
    package var code: String
}
