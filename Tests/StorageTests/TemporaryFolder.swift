import Basics
import Glibc

/// A folder that is removed, with what is in it, when the test ends.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        path = "/tmp/" + Identifier.make("storagetests")
        mkdir(path, 0o700)
    }

    deinit {
        TemporaryFolder.remove(path)
    }

    func file(_ name: String) -> String { path + "/" + name }

    private static func remove(_ path: String) {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(folder)
        }
        if rmdir(path) != 0 { unlink(path) }
    }
}
