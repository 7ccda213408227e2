import Basics
import CLinux
import Glibc

/// The folder that holds everything this program keeps, owned by one process at a time.
package struct DataFolder: ~Copyable, Sendable {
    /// The folder's path, without a slash at its end.
    package let path: String
    // Its lock ends when the descriptor closes, even when the process is killed.
    private let lock: FileDescriptor

    /// The database file.
    package var database: String { path + "/switchboard.db" }
    /// The socket that commands reach the owner by.
    package var controlSocket: String { path + "/control.sock" }
    /// The folder of transcripts.
    package var transcripts: String { path + "/transcripts" }
    /// The file that holds the vault's key, unless the environment gives one.
    package var keyFile: String { path + "/key" }

    /// Makes the folder where it is missing, sees to its permissions, and takes its lock.
    ///
    /// - Throws: ``StorageError`` with code `locked` when another process owns it, `cannotOpen` when it cannot be made,
    ///   `readOnly` when it cannot be written, `io` when it lies on a network file system, where locks cannot be
    ///   trusted.
    package init(_ path: String) throws(StorageError) {
        var trimmed = path
        while trimmed.utf8.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        try DataFolder.makeFolder(trimmed)
        try DataFolder.makeFolder(trimmed + "/transcripts")
        try DataFolder.refuseNetwork(trimmed)
        lock = try DataFolder.takeLock(of: trimmed)
        self.path = trimmed
    }

    /// The process that owns a folder, when one does; for commands that would rather talk to it.
    package static func owner(of path: String) -> Int? {
        let descriptor = clinux_open(path + "/lock", O_RDONLY, 0)
        guard descriptor >= 0 else { return nil }
        let file = FileDescriptor(owning: descriptor)
        if flock(file.number, LOCK_SH | LOCK_NB) == 0 { return nil }
        return owner(file.number)
    }

    /// The content of a file that only its owner may read; nil when there is none.
    ///
    /// - Throws: ``StorageError`` with code `cannotOpen` when others may read or write it, or it cannot be read.
    package static func readPrivate(_ path: String, limit: Int = 4096) throws(StorageError) -> [UInt8]? {
        let descriptor = clinux_open(path, O_RDONLY | O_NOFOLLOW, 0)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("open", path)
        }
        let file = FileDescriptor(owning: descriptor)
        var status = stat()
        guard fstat(file.number, &status) == 0 else { throw failure("examine", path) }
        guard status.st_mode & 0o077 == 0 else {
            throw StorageError(
                .cannotOpen,
                "others may read or write \(path), so it cannot be trusted; if it is still secret, run: chmod 600 \(path)"
            )
        }
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = read(file.number, &bytes, limit)
        guard count >= 0 else { throw failure("read", path) }
        return Array(bytes.prefix(count))
    }

    /// Makes a file that only its owner may read, on disk before this returns; there must be none of that name.
    ///
    /// - Throws: ``StorageError`` with code `cannotOpen`, `readOnly` or `full`.
    package static func writePrivate(_ bytes: [UInt8], to path: String) throws(StorageError) {
        let descriptor = clinux_open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw failure("make", path) }
        let file = FileDescriptor(owning: descriptor)
        guard write(file.number, bytes, bytes.count) == bytes.count, fsync(file.number) == 0 else {
            let error = failure("write", path)
            unlink(path)
            throw error
        }
    }

    /// Replaces a file that only its owner may read; whenever it is broken off there is the old content or the new.
    ///
    /// - Throws: ``StorageError`` with code `cannotOpen`, `readOnly` or `full`.
    package static func replacePrivate(_ bytes: [UInt8], at path: String) throws(StorageError) {
        let new = path + ".new"
        unlink(new)
        try writePrivate(bytes, to: new)
        guard rename(new, path) == 0 else {
            let error = failure("replace", path)
            unlink(new)
            throw error
        }
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = clinux_open(folder.isEmpty ? "/" : folder, O_RDONLY, 0)
        guard descriptor >= 0 else { throw failure("open", folder) }
        let file = FileDescriptor(owning: descriptor)
        guard fsync(file.number) == 0 else { throw failure("write", folder) }
    }

    private static func makeFolder(_ path: String) throws(StorageError) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw StorageError(.cannotOpen, "\(path) is not a folder; choose another with SWITCHBOARD_DATA")
            }
            if status.st_mode & 0o077 != 0, chmod(path, 0o700) != 0 { throw failure("restrict", path) }
            return
        }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            let parent = String(path[..<slash])
            if stat(parent, &status) != 0 { try makeFolder(parent) }
        }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("make", path) }
    }

    private static func takeLock(of folder: String) throws(StorageError) -> FileDescriptor {
        let path = folder + "/lock"
        let descriptor = clinux_open(path, O_RDWR | O_CREAT, 0o600)
        guard descriptor >= 0 else { throw failure("open", path) }
        let file = FileDescriptor(owning: descriptor)
        guard isLocked(descriptor) else {
            let owner = owner(descriptor).map { "process \($0)" } ?? "another process"
            throw StorageError(
                .locked,
                "the data folder \(folder) is in use by \(owner); stop it, or choose another folder with SWITCHBOARD_DATA"
            )
        }
        let text = "\(getpid())\n"
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.utf8.count, 0) == text.utf8.count else {
            throw failure("write", path)
        }
        return file
    }

    /// Takes the lock; a third of a second is given to those who hold it for a moment.
    ///
    /// Another command may be looking who owns the folder, and a child that was just forked has the lock until it executes.
    private static func isLocked(_ descriptor: Int32) -> Bool {
        for attempt in 0..<30 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            guard errno == EWOULDBLOCK || errno == EINTR else { return false }
            if attempt < 29 { usleep(11_000) }
        }
        return false
    }

    private static func refuseNetwork(_ path: String) throws(StorageError) {
        let type = clinux_file_system_type(path)
        guard type >= 0 else { throw failure("examine", path) }
        // NFS, SMB 1, CIFS and SMB 2, from linux/magic.h.
        guard ![0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42].contains(type) else {
            throw StorageError(
                .io,
                "\(path) lies on a network file system, where a database is not safe; choose a local folder with "
                    + "SWITCHBOARD_DATA"
            )
        }
    }

    private static func owner(_ descriptor: Int32) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return Int(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).prefix { $0.isNumber })
    }

    private static func failure(_ verb: String, _ path: String) -> StorageError {
        let cause = SystemError("\(verb) \(path)")
        let code: StorageError.Code =
            switch cause.code {
            case ENOSPC, EDQUOT: .full
            case EROFS, EACCES, EPERM: .readOnly
            default: .cannotOpen
            }
        let reason = String(cString: strerror(cause.code))
        return StorageError(
            code,
            "cannot \(verb) \(path): \(reason); check its owner, permissions and disk",
            cause: cause
        )
    }
}
