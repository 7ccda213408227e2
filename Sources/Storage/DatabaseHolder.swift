import Basics
import CLinux
import Glibc

/// Which other process holds a database file for writing, as the kernel tells.
package enum DatabaseHolder {
    /// The process that holds a lock for writing on a database or on its index.
    ///
    /// - Returns: Its id, 0 when the kernel does not tell which process it is, and nil when there is none.
    package static func find(_ path: String) -> Int? {
        guard let table = try? TextFile.read("/proc/locks") else { return nil }
        var inodes: Set<UInt> = []
        for file in [path, path + "-shm"] {
            var status = stat()
            if stat(file, &status) == 0 { inodes.insert(status.st_ino) }
        }
        return find(in: String(decoding: table, as: UTF8.self), inodes: inodes, besides: Int(getpid()))
    }

    /// The same from the text of `/proc/locks` (proc_locks(5)).
    ///
    /// Devices are not compared, because on some file systems those of the table are not those of the files.
    package static func find(in table: String, inodes: Set<UInt>, besides own: Int) -> Int? {
        for line in table.split(separator: "\n") {
            // 5: POSIX  ADVISORY  WRITE 3062 fe:00:1632 120 120; one that is waited for has an arrow after the number.
            let words = line.split(separator: " ")
            guard words.count == 8, ["POSIX", "OFDLCK"].contains(words[1]), words[3] == "WRITE",
                let process = Int(words[4]), process != own,
                let inode = words[5].split(separator: ":").last.flatMap({ UInt($0) }), inodes.contains(inode)
            else { continue }
            return max(0, process)
        }
        return nil
    }
}
