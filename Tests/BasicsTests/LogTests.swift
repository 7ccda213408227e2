import Basics
import Testing

@Suite struct LogTests {
    @Test func `a value cannot fake a line`() {
        let entry = LogEntry(
            time: Timestamp(milliseconds: 0),
            level: .warning,
            message: "refused",
            fields: ["peer": "1.2.3.4\nerror fake=1", "tool": "list_jobs", "empty": ""]
        )
        #expect(
            Log.format(entry)
                == "1970-01-01T00:00:00.000Z warning refused empty=\"\" peer=\"1.2.3.4\\nerror fake=1\" tool=list_jobs\n"
        )
    }

    @Test func `entries below the minimum are dropped`() {
        let seen = Locked<[String]>([])
        let log = Log(minimum: .warning, clock: ManualClock(Timestamp(milliseconds: 0))) { entry in
            seen.withLock { $0.append(entry.message) }
        }
        log.debug("a")
        log.info("b")
        log.warning("c")
        log.error("d")
        #expect(seen.withLock { $0 } == ["c", "d"])
    }

    @Test func `a diagnostic says where and what`() {
        let whole = Diagnostic(.error, file: "toolkit.json", pointer: "/tools/0", line: 3, column: 7, "no name")
        #expect(whole.description == "toolkit.json:3:7 /tools/0: error: no name")
        #expect(Diagnostic(.warning, file: "a.json", "odd").description == "a.json: warning: odd")
    }
}
