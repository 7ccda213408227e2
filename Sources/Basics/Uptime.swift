import CLinux
import Glibc

/// A point on a clock that runs from the start of the machine, also while it sleeps, and that nobody can set.
package struct Uptime: Sendable, Hashable {
    /// Which start of the machine it counts from.
    package var boot: String
    package var milliseconds: Int64

    package init(boot: String, milliseconds: Int64) {
        self.boot = boot
        self.milliseconds = milliseconds
    }

    private static let boot: String = {
        let bytes = (try? TextFile.read("/proc/sys/kernel/random/boot_id")) ?? []
        return String(decoding: bytes.prefix(36), as: UTF8.self)
    }()

    /// Now, on this machine.
    package static var current: Uptime {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Uptime(boot: boot, milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
