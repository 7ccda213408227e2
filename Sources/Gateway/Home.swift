import Basics
import Glibc

/// The folder that holds what a user edits: `toolkits/`, `agents/`, `prompts/`, `workflows/`, `transcripts/`.
package struct Home: Sendable, Hashable {
    package var path: String

    package init(path: String) {
        self.path = path
    }

    package var toolkits: String { path + "/toolkits" }
    package var agents: String { path + "/agents" }
    package var prompts: String { path + "/prompts" }
    package var workflows: String { path + "/workflows" }
    package var transcripts: String { path + "/transcripts" }

    /// Finds the folder: what was asked for, `SWITCHBOARD_HOME`, the working directory, beside the program, or where
    /// `make install` puts it.
    ///
    /// - Throws: ``GatewayError`` with every place that was looked at.
    package static func find(
        explicit: String?,
        environment: [String: String],
        program: String? = programPath()
    ) throws(GatewayError) -> Home {
        if let explicit = explicit ?? environment["SWITCHBOARD_HOME"], !explicit.isEmpty {
            guard TextFile.isFolder(explicit + "/toolkits") else {
                throw GatewayError(
                    .configuration,
                    "\(explicit) has no folder toolkits/; --home and SWITCHBOARD_HOME name the folder that holds it"
                )
            }
            return Home(path: explicit)
        }
        var places = ["."]
        if let program {
            var folder = program
            // .build/release/switchboard lies three folders below the checkout; PREFIX/bin/switchboard one below PREFIX.
            for _ in 0..<5 {
                guard let slash = folder.lastIndex(of: "/") else { break }
                folder = String(folder[..<slash])
                places.append(folder.isEmpty ? "/" : folder)
                places.append(folder + "/share/switchboard")
            }
        }
        for place in places where TextFile.isFolder(place + "/toolkits") && TextFile.isFolder(place + "/agents") {
            return Home(path: place)
        }
        throw GatewayError(
            .configuration,
            "the folder with toolkits/ and agents/ was not found; name it with --home or SWITCHBOARD_HOME"
        )
    }

    /// Where this program lies, links resolved.
    package static func programPath() -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Where data lie when nothing else was said: `$XDG_DATA_HOME/switchboard`, or `~/.local/share/switchboard`.
    package static func defaultDataFolder(environment: [String: String]) throws(GatewayError) -> String {
        if let folder = environment["XDG_DATA_HOME"], folder.hasPrefix("/") { return folder + "/switchboard" }
        if let home = environment["HOME"], !home.isEmpty { return home + "/.local/share/switchboard" }
        throw GatewayError(
            .configuration,
            "there is no HOME to keep data in; name a folder with --data or SWITCHBOARD_DATA"
        )
    }
}
