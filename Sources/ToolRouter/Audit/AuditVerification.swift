import Basics
package import JSON
import Storage

/// What looking at every row of the audit showed.
package struct AuditVerification: Sendable, Hashable {
    /// How many rows there are.
    package var rows: Int64 = 0
    /// The end of the chain.
    package var head = AuditHead.empty
    /// What is wrong, the first few findings.
    package var problems: [String] = []

    package var isIntact: Bool { problems.isEmpty }

    /// The finding as commands and the control API show it.
    package var json: JSONObject {
        [
            "ok": .bool(isIntact), "rows": .integer(Int(rows)), "head": .string(head.text),
            "problems": .array(problems.map { .string($0) }),
        ]
    }
}

/// Follows the chain from its first row to its end.
struct AuditVerifier {
    private static let mostProblems = 20
    private static let batch: Int64 = 2000

    private(set) var result = AuditVerification()
    private var expected = AuditHead.empty
    /// Ends of the chain that are known from elsewhere, by number.
    private var known: [Int64: [(source: String, hash: [UInt8])]] = [:]

    init(heads: [(source: String, head: AuditHead)]) {
        for (source, head) in heads where head.number > 0 {
            known[head.number, default: []].append((source, head.hash))
        }
    }

    /// Looks at the next rows; false when there are none left.
    mutating func step(_ transaction: any SQLTransaction) throws -> Bool {
        let rows = try transaction.query(
            "SELECT * FROM audit WHERE number > ? ORDER BY number LIMIT ?",
            .integer(expected.number),
            .integer(AuditVerifier.batch)
        )
        for row in rows { try check(row, transaction) }
        return !rows.isEmpty
    }

    /// What is left to say when there are no more rows.
    mutating func finish(_ transaction: any SQLTransaction) throws -> AuditVerification {
        for (number, heads) in known.sorted(by: { $0.key < $1.key }) {
            for (source, _) in heads {
                report("the chain ends at row \(expected.number), and \(source) says that there was a row \(number)")
            }
        }
        let strays = try transaction.first(
            "SELECT count(*) AS strays FROM audit_record WHERE number NOT IN (SELECT number FROM audit)"
        )
        if let strays = try strays?.integer("strays"), strays > 0 {
            report("\(strays) records are listed for rows that do not exist")
        }
        result.head = expected
        return result
    }

    private mutating func check(_ row: SQLRow, _ transaction: any SQLTransaction) throws {
        let number = try row.integer("number")
        if number != expected.number + 1 {
            report("row \(expected.number + 1) is missing: row \(number) follows row \(expected.number)")
        }
        result.rows += 1
        var hash: [UInt8] = []
        do {
            let read = try AuditChain.read(row)
            hash = read.hash
            if read.previous != expected.hash, number == expected.number + 1 {
                report("row \(number) does not follow row \(number - 1): one of them was replaced")
            }
            if AuditChain.hash(read.entry, number: number, previous: read.previous) != read.hash {
                report("row \(number) was changed after it had been written")
            }
            try checkRecords(read, transaction)
        } catch let error as StorageError {
            report("row \(number) cannot be understood: \(error.message)")
            hash = (try? row.blob("hash")) ?? []
        }
        for (source, wanted) in known.removeValue(forKey: number) ?? [] where wanted != hash {
            report("row \(number) is not the one that \(source) knows")
        }
        expected = AuditHead(number: number, hash: hash)
    }

    private mutating func checkRecords(_ row: AuditRow, _ transaction: any SQLTransaction) throws {
        let listed = try transaction.query("SELECT record FROM audit_record WHERE number = ?", .integer(row.number))
        guard Set(try listed.map { try $0.text("record") }) != Set(row.entry.records) else { return }
        report("the records of row \(row.number) are listed wrongly, so a query by record may miss it")
    }

    private mutating func report(_ problem: String) {
        if result.problems.count < AuditVerifier.mostProblems { result.problems.append(problem) }
    }
}
