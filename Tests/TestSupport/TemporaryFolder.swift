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
        TemporaryFolder.remove(path)
    }

    /// A path in the folder.
    package func file(_ name: String) -> String { path + "/" + name }

    private static func remove(_ path: String) {
        // A link is removed, never followed: it may lead to what the tests did not make.
        if unlink(path) == 0 { return }
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(folder)
        }
        rmdir(path)
    }
}
