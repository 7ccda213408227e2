import CLinux
import Glibc

/// Whole files, read and written at once; for configuration and data of a few megabytes.
package enum TextFile {
    /// The bytes of a file.
    ///
    /// - Throws: ``SystemError`` that names the file; `EFBIG` past `limit` bytes.
    package static func read(_ path: String, limit: Int = 64 << 20) throws(SystemError) -> [UInt8] {
        let number = clinux_open(path, O_RDONLY, 0)
        guard number >= 0 else { throw SystemError("open \(path)") }
        let file = FileDescriptor(owning: number)
        var status = stat()
        guard fstat(file.number, &status) == 0 else { throw SystemError("read \(path)") }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw SystemError("read \(path)", code: EISDIR) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(max(0, Int(status.st_size)))
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(file.number, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw SystemError("read \(path)")
            }
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.count <= limit else { throw SystemError("read \(path)", code: EFBIG) }
        }
    }

    /// Replaces a file so that a reader, or a crash, sees either the old content or the new.
    ///
    /// - Throws: ``SystemError`` that names the file.
    package static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o644) throws(SystemError) {
        let temporary = path + ".\(getpid()).tmp"
        let number = clinux_open(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode)
        guard number >= 0 else { throw SystemError("write \(path)") }
        let file = FileDescriptor(owning: number)
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes { Glibc.write(file.number, $0.baseAddress, $0.count) }
            if count > 0 {
                start += count
            } else if errno != EINTR {
                let error = SystemError("write \(path)")
                unlink(temporary)
                throw error
            }
        }
        guard fsync(file.number) == 0, rename(temporary, path) == 0 else {
            let error = SystemError("write \(path)")
            unlink(temporary)
            throw error
        }
    }

    /// The names in a folder, sorted; empty when it cannot be read.
    package static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether a path exists and is a folder.
    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether a path exists and is not a folder.
    package static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
    }
}
