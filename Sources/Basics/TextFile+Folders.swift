import Glibc

extension TextFile {
    /// Makes a folder in /tmp that nobody else can open, for ``removeFolder(_:)``.
    ///
    /// - Parameter name: What its name begins with.
    /// - Throws: ``SystemError`` that names it.
    package static func makeTemporaryFolder(_ name: String) throws(SystemError) -> String {
        let path = "/tmp/" + Identifier.make(name)
        guard mkdir(path, 0o700) == 0 else { throw SystemError("make \(path)") }
        return path
    }

    /// Removes a folder with what is in it as far as that can be done; links are removed, never followed.
    package static func removeFolder(_ path: String) {
        for name in names(in: path) {
            let inner = path + "/" + name
            var status = stat()
            if lstat(inner, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
                removeFolder(inner)
            } else {
                unlink(inner)
            }
        }
        rmdir(path)
    }
}
