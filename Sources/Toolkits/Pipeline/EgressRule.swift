import HTTP

/// Decides where requests of a toolkit may go.
struct EgressRule: Sendable, Hashable {
    /// Host names; `*.` at the start stands for one or more labels.
    var hosts: [String]

    /// Whether requests may go to a host.
    ///
    /// Only https counts, and a port must be the scheme's own.
    func allows(scheme: String, authority: String) -> Bool {
        guard scheme == "https" else { return false }
        let authority = authority.hasSuffix(":443") ? authority.dropLast(4) : authority[...]
        let host = authority.lowercased()
        return hosts.contains { pattern in
            guard pattern.hasPrefix("*.") else { return pattern == host }
            return host.count > pattern.count - 1 && host.hasSuffix(pattern.dropFirst())
        }
    }

    static func isPattern(_ text: String) -> Bool {
        let labels = (text.hasPrefix("*.") ? text.dropFirst(2) : text[...]).split(
            separator: ".",
            omittingEmptySubsequences: false
        )
        return labels.count >= 2
            && labels.allSatisfy { label in
                !label.isEmpty && label.utf8.count <= 63
                    && label.utf8.allSatisfy {
                        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
                    }
            }
    }
}
