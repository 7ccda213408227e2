import Basics
import Glibc
import TestSupport

extension TemporaryFolder {
    /// Writes a file, with the folders above it.
    func write(_ name: String, _ text: String) {
        var folder = path
        for part in name.split(separator: "/").dropLast() {
            folder += "/" + part
            mkdir(folder, 0o755)
        }
        try? TextFile.write(Array(text.utf8), to: path + "/" + name)
    }
}
