import Glibc
import JSONata
import Testing

/// The official conformance suite, where its folder is at hand.
@Suite struct ConformanceSuiteTests {
    /// `SWITCHBOARD_JSONATA_SUITE` or `JSONATA_SUITE`, else `shared/conformance/jsonata` beside the package.
    private static let directory: String = {
        for name in ["SWITCHBOARD_JSONATA_SUITE", "JSONATA_SUITE"] {
            if let path = getenv(name) { return String(cString: path) }
        }
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let beside = "/\(package)/../shared/conformance/jsonata"
        return access(beside + "/groups", R_OK) == 0 ? beside : "../shared/conformance/jsonata"
    }()

    private static let isPresent = access(directory + "/groups", R_OK) == 0

    private static let suite: JSONataSuite? = isPresent ? try? JSONataSuite(directory: directory) : nil

    @Test(.enabled(if: isPresent), arguments: suite?.groups ?? [])
    func `every case of the group gives what the reference implementation gives`(group: JSONataSuite.Group) throws {
        let suite = try #require(Self.suite)
        var passed = 0
        for suiteCase in group.cases {
            if let failure = suite.failure(of: suiteCase) {
                Issue.record("\(suiteCase.name): \(suiteCase.expression)\n\(failure)")
            } else {
                passed += 1
            }
        }
        print("\(group.name): \(passed) passed, \(group.cases.count - passed) failed, 0 skipped")
    }
}
