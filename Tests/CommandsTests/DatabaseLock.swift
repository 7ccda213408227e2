import Glibc

/// Holds the lock that a writer of a SQLite database takes, as another process would.
///
/// In write-ahead mode that is byte 120 of the `-shm` file (https://sqlite.org/walformat.html#locks). Nothing is read or
/// written, and no checkpoint can come of it.
struct DatabaseLock {
    private let file: Int32

    init?(_ path: String) {
        var file = open(path + "-shm", O_RDWR)
        if file < 0 { file = open(path + "-shm", O_RDWR | O_CREAT, 0o600) }
        guard file >= 0 else { return nil }
        self.file = file
        // Its holder lets go after each commit.
        for _ in 0..<20_000 {
            var range = flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 120, l_len: 1, l_pid: 0)
            if fcntl(file, F_SETLK, &range) == 0 { return }
            usleep(100)
        }
        close(file)
        return nil
    }

    func release() { close(file) }
}
