import Glibc

/// Holds the locks that a writer of a SQLite database holds, as another process would.
///
/// In write-ahead mode those are byte 120 of the `-shm` file for writing, byte 128 for having it open, and a part of the
/// database for reading (https://sqlite.org/walformat.html#locks). Nothing is read or written, and no checkpoint can come
/// of it.
struct DatabaseLock {
    private let index: Int32
    private let database: Int32

    /// F_OFD_SETLK of Linux: a lock that goes with this one open file, however often the process closes others.
    private static let command: Int32 = 37
    /// The bytes that readers of a database hold.
    private static let readers: (start: Int, count: Int) = (0x4000_0002, 510)

    init?(_ path: String) {
        index = open(path + "-shm", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        database = open(path, O_RDWR | O_CLOEXEC)
        let (start, count) = DatabaseLock.readers
        guard DatabaseLock.take(database, F_RDLCK, start, count), DatabaseLock.take(index, F_RDLCK, 128, 1),
            DatabaseLock.take(index, F_WRLCK, 120, 1)
        else {
            release()
            return nil
        }
    }

    func release() {
        close(index)
        close(database)
    }

    /// Takes a lock, whose holder lets go of it after each commit.
    private static func take(_ file: Int32, _ kind: Int32, _ start: Int, _ count: Int) -> Bool {
        guard file >= 0 else { return false }
        for _ in 0..<20_000 {
            var range = flock(
                l_type: Int16(kind),
                l_whence: Int16(SEEK_SET),
                l_start: start,
                l_len: count,
                l_pid: 0
            )
            if fcntl(file, command, &range) == 0 { return true }
            usleep(100)
        }
        return false
    }
}
