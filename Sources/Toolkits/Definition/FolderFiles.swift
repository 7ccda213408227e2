import Basics
import Glibc

/// Reads small files and lists folders.
enum FolderFiles {
    /// The content of a file.
    ///
    /// - Throws: `SystemError`, with `EFBIG` for a file longer than `limit` bytes.
    static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw SystemError("open \(path)") }
        let file = FileDescriptor(owning: number)
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(file.number, $0.baseAddress, $0.count) }
            if count == 0 { return content }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError("read \(path)")
            }
            content += chunk[..<count]
            guard content.count <= limit else { throw SystemError("read \(path)", code: EFBIG) }
        }
    }

    /// The names of the folders in a folder, sorted; those that start with a dot are left out.
    ///
    /// - Throws: `SystemError` when the folder cannot be read.
    static func folders(in path: String) throws(SystemError) -> [String] {
        guard let stream = opendir(path) else { throw SystemError("open \(path)") }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard !name.hasPrefix(".") else { continue }
            var status = stat()
            if stat(path + "/" + name, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { names.append(name) }
        }
        return names.sorted()
    }
}
