import Glibc
import JSON

/// A folder of conformance cases in the form of the official suite: `groups/NAME.json`, each an array of cases, and
/// `datasets/NAME.json`.
package struct JSONataSuite: Sendable {
    /// The cases of one file.
    package struct Group: Sendable, CustomStringConvertible {
        package let name: String
        package let cases: [SuiteCase]

        package var description: String { name }
    }

    /// Why a folder is not a suite.
    package struct LoadingError: Error, CustomStringConvertible {
        package let message: String

        package var description: String { message }
    }

    /// In the order of their names.
    package let groups: [Group]
    private let datasets: [String: JSONValue]

    /// Reads every group and every data set of a folder.
    ///
    /// - Throws: ``LoadingError`` for a folder without groups, and for a file that cannot be read.
    package init(directory: String) throws {
        let names = JSONataSuite.names(of: directory + "/groups")
        guard !names.isEmpty else {
            throw LoadingError(message: "\(directory) has no groups/NAME.json; name a folder of conformance cases")
        }
        groups = try names.map { name in
            let json = try JSONataSuite.read("\(directory)/groups/\(name).json")
            return Group(name: name, cases: (json.array ?? [json]).map { SuiteCase($0) })
        }
        var datasets: [String: JSONValue] = [:]
        for name in JSONataSuite.names(of: directory + "/datasets") {
            datasets[name] = try JSONataSuite.read("\(directory)/datasets/\(name).json")
        }
        self.datasets = datasets
    }

    /// Why a case fails, nil when it passes.
    package func failure(of suiteCase: SuiteCase) -> String? {
        if let name = suiteCase.dataset, datasets[name] == nil { return "there is no data set \(name)" }
        return suiteCase.failure(input: suiteCase.dataset.flatMap { datasets[$0] } ?? suiteCase.data)
    }

    /// Runs every case of a folder.
    ///
    /// - Throws: ``LoadingError``.
    package static func run(directory: String) throws -> SuiteReport {
        let suite = try JSONataSuite(directory: directory)
        var report = SuiteReport()
        for group in suite.groups {
            var line = SuiteReport.Line(group: group.name)
            for suiteCase in group.cases {
                guard let failure = suite.failure(of: suiteCase) else {
                    line.passed += 1
                    continue
                }
                line.failures.append("\(suiteCase.name): \(failure)")
            }
            report.lines.append(line)
        }
        return report
    }

    // MARK: Files

    private static func names(of directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".json") { names.append(String(name.dropLast(5))) }
        }
        return names.sorted()
    }

    private static func read(_ path: String) throws -> JSONValue {
        guard let file = fopen(path, "r") else {
            throw LoadingError(message: "\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        do {
            return try JSONParser.parse(withoutLoneSurrogates(bytes))
        } catch {
            throw LoadingError(message: "\(path), \(error)")
        }
    }

    /// The text with each half of a surrogate pair replaced by the character that stands for it inside an evaluation.
    private static func withoutLoneSurrogates(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == 0x5C, let unit = escapedUnit(bytes, index) else {
                let length = bytes[index] == 0x5C ? 2 : 1
                result += bytes[index..<min(bytes.count, index + length)]
                index += length
                continue
            }
            if (0xD800..<0xDC00).contains(unit), let low = escapedUnit(bytes, index + 6),
                (0xDC00..<0xE000).contains(low)
            {
                result += bytes[index..<index + 12]
                index += 12
                continue
            }
            if (0xD800..<0xE000).contains(unit) {
                let character = TextUnits.string(from: [unit])
                result += character.utf8
            } else {
                result += bytes[index..<index + 6]
            }
            index += 6
        }
        return result
    }

    private static func escapedUnit(_ bytes: [UInt8], _ index: Int) -> UInt16? {
        guard index + 6 <= bytes.count, bytes[index] == 0x5C, bytes[index + 1] == 0x75 else { return nil }
        return UInt16(String(decoding: bytes[(index + 2)..<index + 6], as: UTF8.self), radix: 16)
    }
}
