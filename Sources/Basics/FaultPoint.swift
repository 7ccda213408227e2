#if DEBUG || FAULT_POINTS
    import Glibc
#endif

/// Named places at which a debug build kills itself when a test asks for it; a release build has none.
///
/// `-DFAULT_POINTS` keeps them in a release build, for tests that kill the program as it is shipped.
///
/// `SWITCHBOARD_FAULT=after-intent:3` ends the process with SIGKILL when it reaches `after-intent` for the third time.
package enum FaultPoint {
    #if DEBUG || FAULT_POINTS
        private struct Armed: Sendable {
            var name: String
            var left: Int
        }

        private static let armed = Locked<Armed?>(read())

        private static func read() -> Armed? {
            guard let text = getenv("SWITCHBOARD_FAULT").map({ String(cString: $0) }) else { return nil }
            let parts = text.split(separator: ":")
            guard let name = parts.first else { return nil }
            return Armed(name: String(name), left: parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
        }
    #endif

    /// Milliseconds by which a debug build's clock is wrong, as `SWITCHBOARD_CLOCK=-3600` (seconds) says.
    #if DEBUG || FAULT_POINTS
        static let clockOffset =
            getenv("SWITCHBOARD_CLOCK").flatMap { Int64(String(cString: $0)) }.map { $0 * 1000 } ?? 0
    #else
        static let clockOffset: Int64 = 0
    #endif

    /// Whether a debug build was told, by `SWITCHBOARD_FAULT=no-<name>`, to go without a protection; for controls.
    package static func disables(_ name: StaticString) -> Bool {
        #if DEBUG || FAULT_POINTS
            armed.withLock { $0?.name == "no-\(name)" }
        #else
            false
        #endif
    }

    /// Passes a place.
    package static func reach(_ name: StaticString) {
        #if DEBUG || FAULT_POINTS
            let isDue = armed.withLock { armed in
                guard armed?.name == name.description else { return false }
                armed?.left -= 1
                return armed?.left == 0
            }
            if isDue { kill(getpid(), SIGKILL) }
        #endif
    }
}
