/// A value that is computed.
package struct SetStep: Sendable {
    package var value: Template
}
