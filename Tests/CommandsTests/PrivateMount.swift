import Basics
import Glibc

/// A small disk of its own that only chosen children see, in a mount namespace that ends with the test.
final class PrivateMount: Sendable {
    /// The folder, as children see it that are started through ``words``.
    let path: String
    private let holder: pid_t

    /// Whether this machine lets an unprivileged program have such a namespace.
    static let isPermitted: Bool = {
        guard access("/usr/bin/unshare", X_OK) == 0, access("/usr/bin/nsenter", X_OK) == 0 else { return false }
        return (try? PrivateMount(megabytes: 1)) != nil
    }()

    /// Mounts a file system in memory.
    init(megabytes: Int) throws {
        path = "/tmp/" + Identifier.make("switchboard-disk")
        mkdir(path, 0o700)
        let script =
            "mount -t tmpfs -o size=\(megabytes)m,mode=700 tmpfs \(path) && : > \(path)/mounted && exec sleep 900"
        holder = try PrivateMount.spawn(["/usr/bin/unshare", "-r", "-m", "/bin/sh", "-c", script])
        for _ in 0..<200 where !TextFile.isFile(view + "/mounted") { usleep(10_000) }
        guard TextFile.isFile(view + "/mounted") else {
            close()
            throw SystemError("mount a disk at \(path)", code: EPERM)
        }
    }

    deinit { close() }

    private func close() {
        var status: Int32 = 0
        kill(holder, SIGKILL)
        waitpid(holder, &status, 0)
        rmdir(path)
    }

    /// The folder, as this process sees it.
    var view: String { "/proc/\(holder)/root" + path }

    /// What a command begins with that is to see the disk.
    var words: [String] { ["/usr/bin/nsenter", "-t", String(holder), "-U", "-m", "--preserve-credentials", "--"] }

    /// Uses up all the space that is left, until the file is removed.
    func fill() throws {
        let file = open(view + "/filler", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0 else { throw SystemError("write \(view)/filler") }
        defer { Glibc.close(file) }
        let block = [UInt8](repeating: 7, count: 4096)
        while block.withUnsafeBytes({ write(file, $0.baseAddress, $0.count) }) > 0 {}
        guard errno == ENOSPC else { throw SystemError("fill \(view)") }
    }

    func free() { unlink(view + "/filler") }

    /// Lets nobody write, or everybody again; nobody may have a file open to write.
    func set(readOnly: Bool) throws {
        var status: Int32 = 0
        let id = try PrivateMount.spawn(words + ["/bin/mount", "-o", readOnly ? "remount,ro" : "remount,rw", path])
        waitpid(id, &status, 0)
        guard status == 0 else { throw SystemError("remount \(path)", code: EBUSY) }
    }

    private static func spawn(_ words: [String]) throws -> pid_t {
        var arguments = words.map { strdup($0) }
        defer { for text in arguments { Glibc.free(text) } }
        arguments.append(nil)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var id = pid_t()
        let path = strdup("PATH=/usr/sbin:/usr/bin:/sbin:/bin")
        defer { Glibc.free(path) }
        let failed = posix_spawn(&id, words[0], &actions, nil, arguments, [path, nil])
        guard failed == 0 else { throw SystemError("start \(words[0])", code: failed) }
        return id
    }
}
