import Basics
import Glibc

/// Folders that are removed again.
enum TemporaryFolder {
    /// Removes a folder with what is in it, links not followed.
    static func remove(_ path: String) {
        for name in TextFile.names(in: path) {
            let inner = path + "/" + name
            var status = stat()
            if lstat(inner, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { remove(inner) } else { unlink(inner) }
        }
        rmdir(path)
    }
}
