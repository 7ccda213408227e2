import ATSSandbox
import Basics
import Glibc
import Storage
import Testing
import Workflows

/// The real program on disks that are full, read-only, locked or damaged: it says so, sends nothing that it cannot write
/// down, and goes on.
@Suite struct FaultTests {
    /// Waits until so many comments were written; false after half a minute.
    private func written(_ count: Int, _ lane: KillLane) async throws -> Bool {
        for _ in 0..<3000 {
            if lane.commentCount >= count { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    /// A child that is killed once so many comments were written, and its run.
    private func interrupted(_ lane: KillLane, after count: Int) async throws -> String {
        await lane.set(.lateAnswer, skipping: 0)
        let child = try lane.start(nil)
        #expect(try await written(count, lane))
        child.kill()
        _ = await child.end()
        await lane.set(.calm, skipping: 0)
        return try #require(try await lane.run())
    }

    /// Goes on with a run until it has ended, and gives what is wrong with it.
    private func finished(_ lane: KillLane, _ id: String) async throws -> KillVerdict {
        for _ in 0..<20 {
            let child = try lane.start(id)
            _ = await child.end()
            if let ended = try await lane.ended(id) { return try await lane.judge(ended) }
            try await Task.sleep(for: .milliseconds(200))
        }
        return KillVerdict(failed: ["\(id) has not ended: \(lane.log)"])
    }

    private func end(_ child: ChildProcess, within seconds: Double) async throws -> ChildProcess.End {
        let timer = Task {
            try await Task.sleep(for: .seconds(seconds))
            child.kill()
        }
        defer { timer.cancel() }
        return await child.end()
    }

    @Test(.enabled(if: PrivateMount.isPermitted, "this machine permits no mount namespaces"))
    func `on a full disk nothing is sent that cannot be written down, and the run goes on by itself`() async throws {
        let disk = try PrivateMount(megabytes: 8)
        let bench = try await WorkflowKillBench()
        let lane = try await KillLane(.dispose(), bench: bench, number: 0, disk: disk)
        lane.sandbox.control.arm(SandboxFault(.delayBefore(0.25)))
        let child = try lane.start(nil)
        #expect(try await written(4, lane))
        try disk.fill()
        // What was under way ends; then it stands still.
        try await Task.sleep(for: .seconds(3))
        let count = lane.commentCount
        try await Task.sleep(for: .seconds(2))
        #expect(lane.commentCount == count && count < bench.commentable.count)
        disk.free()
        #expect(try await end(child, within: 60) == .exited(0))
        let id = try #require(try await lane.run())
        let ended = try #require(try await lane.ended(id))
        let verdict = try await lane.judge(ended)
        #expect(verdict == KillVerdict(runs: 1, writes: bench.commentable.count))
        await lane.close()
        await bench.close()
    }

    @Test(.enabled(if: PrivateMount.isPermitted, "this machine permits no mount namespaces"))
    func `a start on a full or read-only disk says so, sends nothing, and the next one goes on`() async throws {
        for isFull in [true, false] {
            let disk = try PrivateMount(megabytes: 8)
            let bench = try await WorkflowKillBench()
            let lane = try await KillLane(.dispose(), bench: bench, number: 0, disk: disk)
            let id = try await interrupted(lane, after: 4)
            try await Task.sleep(for: .milliseconds(300))
            let count = lane.commentCount
            // What the log was lengthened by would be room for some steps more.
            let log = try TextFile.read(lane.database + "-wal")
            truncate(lane.database + "-wal", off_t((log.lastIndex { $0 != 0 } ?? -1) + 1))
            if isFull { try disk.fill() } else { try disk.set(readOnly: true) }
            // On a full disk it may wait for room, which it looks for every ten seconds.
            #expect(try await end(try lane.start(id), within: 15) != .exited(0))
            #expect(lane.commentCount == count)
            #expect(lane.log.contains(isFull ? "space" : "Read-only file system"), "\(lane.log)")
            if isFull { disk.free() } else { try disk.set(readOnly: false) }
            let verdict = try await finished(lane, id)
            #expect(verdict == KillVerdict(runs: 1, writes: bench.commentable.count))
            await lane.close()
            await bench.close()
        }
    }

    @Test func `while another process holds the database nothing is sent, and then the run goes on by itself`()
        async throws
    {
        let bench = try await WorkflowKillBench()
        let lane = try await KillLane(.dispose(), bench: bench, number: 0)
        lane.sandbox.control.arm(SandboxFault(.delayBefore(0.25)))
        let child = try lane.start(nil)
        #expect(try await written(4, lane))
        let lock = try #require(DatabaseLock(lane.database))
        try await Task.sleep(for: .seconds(1))
        let count = lane.commentCount
        // Longer than the five seconds that it waits for the lock.
        try await Task.sleep(for: .seconds(6))
        #expect(lane.commentCount == count && count < bench.commentable.count)
        lock.release()
        _ = try await end(child, within: 60)
        let id = try #require(try await lane.run())
        var ended = try #require(try await lane.ended(id))
        if ended.isUncertain {
            // An answer that could not be written down for so long is named, and running again finds what it was.
            let again = try lane.start(id, verb: "redrive")
            _ = await again.end()
            ended = try #require(try await lane.ended(id))
        }
        let verdict = try await lane.judge(ended)
        #expect(verdict == KillVerdict(runs: 1, writes: bench.commentable.count))
        await lane.close()
        await bench.close()
    }

    @Test func `a start while another process holds the database sends nothing, and the next one goes on`() async throws
    {
        let bench = try await WorkflowKillBench()
        let lane = try await KillLane(.dispose(), bench: bench, number: 0)
        let id = try await interrupted(lane, after: 4)
        try await Task.sleep(for: .milliseconds(300))
        let count = lane.commentCount
        let lock = try #require(DatabaseLock(lane.database))
        // It waits for the other one, with nothing sent.
        #expect(try await end(try lane.start(id), within: 12) != .exited(0))
        #expect(lane.commentCount == count)
        // Said once, however often it tries.
        #expect(lane.log.split(separator: "\n").count { $0.contains("which another process holds locked") } == 1)
        lock.release()
        let verdict = try await finished(lane, id)
        #expect(verdict == KillVerdict(runs: 1, writes: bench.commentable.count))
        await lane.close()
        await bench.close()
    }

    @Test(arguments: [1, 30, 4130, 20_000])
    func `a journal whose log was cut short loses nothing`(bytes: Int) async throws {
        let bench = try await WorkflowKillBench()
        let lane = try await KillLane(.dispose(), bench: bench, number: 0)
        let id = try await interrupted(lane, after: 8)
        let log = try TextFile.read(lane.database + "-wal")
        try TextFile.write(Array(log.dropLast(bytes)), to: lane.database + "-wal")
        let verdict = try await finished(lane, id)
        #expect(verdict.failed == [] && verdict.lost == 0 && verdict.overPlan == 0)
        // Writes may come twice whose rows were in what is gone, and no others: two commits of a page or more each.
        #expect(verdict.doubled <= bytes / 8000 + 3)
        await lane.close()
        await bench.close()
    }

    @Test func `a database with a page that is damaged says so, doubles nothing and does not crash`() async throws {
        let bench = try await WorkflowKillBench()
        let lane = try await KillLane(.dispose(except: bench.mostCommentable), bench: bench, number: 0)
        // The plan is approved, and nothing has been written yet.
        let first = try lane.start(nil, fault: "before-intent:1")
        #expect(await first.end() == .killed)
        let id = try #require(try await lane.run())
        let database = try await SQLiteDatabase.open(lane.database)
        await database.close()
        let whole = try TextFile.read(lane.database)
        var said = 0
        for page in stride(from: 0, to: whole.count / 4096, by: 2) {
            var bytes = whole
            for position in page * 4096..<(page + 1) * 4096 { bytes[position] = 0xA5 }
            for suffix in ["-wal", "-shm"] { unlink(lane.database + suffix) }
            try TextFile.write(bytes, to: lane.database)
            await lane.reset()
            let child = try lane.start(id)
            // It waits, or repeats that it cannot go on, until somebody has seen to it.
            let patience = Task {
                for _ in 0..<80 where !lane.saysDamaged { try await Task.sleep(for: .milliseconds(100)) }
                child.kill()
            }
            let status = await child.end()
            patience.cancel()
            let ended = try await lane.ended(id)
            #expect(lane.commentCount <= 5, "page \(page)")
            if let ended, ended.run.state == .done, !ended.isUncertain {
                let verdict = try await lane.judge(ended)
                #expect(verdict == KillVerdict(runs: 1, writes: 5), "page \(page): \(lane.log)")
            } else {
                // Either the program says it, or the run has ended with the ids of what nobody knows or was not done.
                #expect(lane.saysDamaged || ended != nil, "page \(page): \(status) \(lane.log)")
                said += 1
            }
        }
        #expect(said > 5)
        await lane.close()
        await bench.close()
    }
}
