import Basics
import Glibc

/// Makes the write-ahead log longer than it is, so that commits overwrite it instead of making it longer.
///
/// A commit that makes a file longer has to wait for the file system to write down the new length as well, which takes
/// several times as long as the log alone. What is added is zeros after the end, where SQLite's recovery finds no frame
/// (https://sqlite.org/fileformat2.html#walformat: a frame counts only with the salt and the checksum of the log). Only
/// the thread that writes may use it.
final class LogRoom {
    private let path: String
    private var file: FileDescriptor?
    /// The length that the file was left with.
    private var length = 0

    private static let least = 64 << 10
    private static let most = 4 << 20
    private static let zeros = [UInt8](repeating: 0, count: least)

    init(database: String) {
        path = database + "-wal"
    }

    /// Looks after a commit whether it has made the log longer, and if so doubles it, by 4 MB at most.
    ///
    /// Does nothing where it fails: SQLite then makes the log longer itself, and says so when it cannot.
    func grow() {
        if file == nil {
            let number = open(path, O_WRONLY | O_CLOEXEC)
            guard number >= 0 else { return }
            file = FileDescriptor(owning: number)
        }
        guard let number = file?.number else { return }
        let end = lseek(number, 0, SEEK_END)
        guard end >= 0, end != length else { return }
        length = end
        let goal = length + min(max(length, LogRoom.least), LogRoom.most)
        while length < goal {
            let count = pwrite(number, LogRoom.zeros, min(LogRoom.zeros.count, goal - length), length)
            guard count > 0 else { return }
            length += count
        }
    }
}
