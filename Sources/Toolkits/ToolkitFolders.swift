package import Basics
import Glibc
package import JSON

/// The toolkit folders of a home folder, looked at again and again while a server runs.
///
/// A folder that was added or changed is loaded; one that is broken now is refused and its last good version stays.
package final class ToolkitFolders: Sendable {
    private struct Folder: Sendable {
        var stamp: [String]
        var toolkit: Toolkit?
        /// Whether `toolkit` is an older version than what lies in the folder.
        var isOld = false
        var diagnostics: [Diagnostic] = []
    }

    private struct State {
        var folders: [String: Folder] = [:]
    }

    private let root: String
    private let state: Locked<State>

    /// Takes over what was loaded at the start.
    ///
    /// - Parameters:
    ///   - home: The home folder.
    ///   - loaded: What loading it gave.
    package init(home: String, loaded: ToolkitLoader.Loaded) {
        root = home + "/toolkits"
        var state = State()
        for name in (try? FolderFiles.folders(in: root)) ?? [] {
            let place = root + "/" + name + "/"
            state.folders[name] = Folder(
                stamp: FolderFiles.stamp(of: root + "/" + name),
                toolkit: loaded.toolkits.first { $0.name == name },
                diagnostics: loaded.diagnostics.filter { $0.file.hasPrefix(place) }
            )
        }
        self.state = Locked(state)
    }

    /// Looks for folders that changed, and loads them.
    ///
    /// - Returns: The toolkits to serve from now on and what was said of the changed ones; nil when nothing changed.
    package func refresh() -> (toolkits: [Toolkit], diagnostics: [Diagnostic])? {
        guard let names = try? FolderFiles.folders(in: root) else { return nil }
        let stamps = names.map { ($0, FolderFiles.stamp(of: root + "/" + $0)) }
        let known = state.withLock { $0.folders }
        let changed = stamps.filter { known[$0.0]?.stamp != $0.1 }
        let gone = known.keys.filter { !names.contains($0) }
        guard !changed.isEmpty || !gone.isEmpty else { return nil }
        var folders = known
        for name in gone { folders[name] = nil }
        var said: [Diagnostic] = []
        for (name, stamp) in changed {
            let (toolkit, diagnostics) = ToolkitLoader.load(folder: root + "/" + name)
            let old = folders[name]?.toolkit
            folders[name] = Folder(
                stamp: stamp,
                toolkit: toolkit ?? old,
                isOld: toolkit == nil && old != nil,
                diagnostics: diagnostics
            )
            said += diagnostics
        }
        let new = folders
        state.withLock { $0.folders = new }
        return (new.sorted { $0.key < $1.key }.compactMap(\.value.toolkit), said)
    }

    /// Every folder: what is served of it, and what is wrong with it.
    package var summary: JSONValue {
        let folders = state.withLock { $0.folders }.sorted { $0.key < $1.key }
        return .array(
            folders.map { name, folder in
                var object: JSONObject = [
                    "name": .string(name), "title": .string(folder.toolkit?.title ?? name),
                    "tools": .integer(folder.toolkit?.tools.count ?? 0),
                    "state": folder.toolkit == nil ? "refused" : folder.isOld ? "old_version" : "served",
                ]
                if !folder.diagnostics.isEmpty {
                    object["diagnostics"] = .array(folder.diagnostics.map { .string($0.description) })
                }
                return .object(object)
            }
        )
    }
}

extension FolderFiles {
    /// What changes when a file of a folder does: name, size, time and number of each JSON file.
    static func stamp(of folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var stamps: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasSuffix(".json") else { continue }
            var status = stat()
            guard stat(folder + "/" + name, &status) == 0 else { continue }
            let time = status.st_mtim
            stamps.append("\(name) \(status.st_size) \(time.tv_sec).\(time.tv_nsec) \(status.st_ino)")
        }
        return stamps.sorted()
    }
}
