import Basics
import Glibc

/// A folder that is removed, with what is in it, when the test ends.
package final class TemporaryFolder: Sendable {
    /// The folder, without a slash at its end.
    package let path: String

    /// Makes the folder.
    package init() {
        path = "/tmp/" + Identifier.make("switchboardtests")
        mkdir(path, 0o700)
    }

    deinit {
        TextFile.removeFolder(path)
    }

    /// A path in the folder.
    package func file(_ name: String) -> String { path + "/" + name }
}
