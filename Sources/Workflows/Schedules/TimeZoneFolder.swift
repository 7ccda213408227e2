import Basics
import Glibc

/// The time zone files of the machine.
package struct TimeZoneFolder: Sendable {
    package var path: String

    /// `path` stands in for the folder that `TZDIR` names, or `/usr/share/zoneinfo`.
    package init(path: String? = nil) {
        self.path = path ?? getenv("TZDIR").map { String(cString: $0) } ?? "/usr/share/zoneinfo"
    }

    /// The rules of a zone of the IANA database.
    ///
    /// Read from the file every time, so that an update of the machine's data counts at once.
    /// - Throws: ``WorkflowError`` with code `unknown_timezone`, with the nearest names, or `invalid_timezone`.
    package func rules(named name: String) throws(WorkflowError) -> TimeZoneRules {
        if name == "UTC" { return .utc }
        guard isName(name) else { throw unknown(name) }
        let bytes: [UInt8]
        do {
            bytes = try TextFile.read("\(path)/\(name)", limit: 1 << 20)
        } catch {
            guard TextFile.isFolder(path) else {
                throw WorkflowError(
                    "unknown_timezone",
                    "the time zone '\(name)' cannot be read, because there is no \(path); install the package tzdata",
                    cause: error
                )
            }
            throw unknown(name)
        }
        do {
            return try TimeZoneRules(tzif: bytes)
        } catch {
            throw WorkflowError(error.code, "\(name): \(error.message); install the package tzdata anew", cause: error)
        }
    }

    /// The names of all zones, sorted.
    package func names() -> [String] {
        var found: [String] = ["UTC"]
        collect("", depth: 0, into: &found)
        return Set(found).sorted()
    }

    private func collect(_ folder: String, depth: Int, into found: inout [String]) {
        for entry in TextFile.names(in: folder.isEmpty ? path : "\(path)/\(folder)") {
            // These two hold the same zones again, the latter with leap seconds.
            guard entry.first?.isUppercase == true else { continue }
            let name = folder.isEmpty ? entry : "\(folder)/\(entry)"
            if TextFile.isFolder("\(path)/\(name)") {
                if depth < 2 { collect(name, depth: depth + 1, into: &found) }
            } else {
                found.append(name)
            }
        }
    }

    private func isName(_ name: String) -> Bool {
        name.utf8.count <= 64
            && name.utf8.allSatisfy {
                $0 < 0x80 && ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || "0123456789+-_/".utf8.contains($0))
            }
            && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
    }

    private func unknown(_ name: String) -> WorkflowError {
        let all = names()
        let cities = all.filter { zone in
            zone.split(separator: "/").last.map(String.init)?.lowercased() == name.lowercased()
        }
        let near = cities.isEmpty ? Similarity.nearest(to: name, among: all, limit: 3) : cities
        let hint = near.isEmpty ? "write a name such as Europe/London" : "did you mean \(near.joined(separator: ", "))?"
        return WorkflowError("unknown_timezone", "there is no time zone '\(name)'; \(hint)")
    }
}
