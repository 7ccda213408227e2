import Glibc
import Storage
import TestSupport
import Testing

@Suite struct DataFolderTests {
    private let folder = TemporaryFolder()

    private func mode(_ path: String) -> UInt32 {
        var status = stat()
        stat(path, &status)
        return status.st_mode & 0o777
    }

    @Test func `the folder is made for its owner alone, parents too`() throws {
        let data = try DataFolder(folder.file("deep/er/data/"))
        #expect(data.path == folder.file("deep/er/data"))
        #expect(mode(data.path) == 0o700)
        #expect(mode(data.transcripts) == 0o700)
        #expect(data.database == data.path + "/switchboard.db")
        #expect(data.controlSocket == data.path + "/control.sock")
    }

    @Test func `a folder that others could read is closed to them`() throws {
        mkdir(folder.file("data"), 0o755)
        chmod(folder.file("data"), 0o755)
        let data = try DataFolder(folder.file("data"))
        #expect(mode(data.path) == 0o700)
    }

    @Test func `a folder that is owned is refused and its owner named`() throws {
        let path = folder.file("data")
        #expect(DataFolder.owner(of: path) == nil)
        let first = try DataFolder(path)
        do {
            _ = try DataFolder(path)
            Issue.record("a second owner was accepted")
        } catch {
            #expect(error.code == .locked)
            #expect(error.message.contains("process \(getpid())"))
            #expect(error.message.contains("SWITCHBOARD_DATA"))
        }
        #expect(DataFolder.owner(of: path) == Int(getpid()))
        _ = consume first
        #expect(DataFolder.owner(of: path) == nil)
        _ = try DataFolder(path)
    }

    @Test func `a file in the place of the folder is said`() throws {
        try DataFolder.writePrivate([1], to: folder.file("data"))
        do {
            _ = try DataFolder(folder.file("data"))
            Issue.record("a file was taken for a folder")
        } catch { #expect(error.message.contains("is not a folder")) }
    }

    @Test func `private files are private, never overwritten, and refused when others can read them`() throws {
        let path = folder.file("key")
        #expect(try DataFolder.readPrivate(path) == nil)
        try DataFolder.writePrivate([1, 2, 3], to: path)
        #expect(mode(path) == 0o600)
        #expect(try DataFolder.readPrivate(path) == [1, 2, 3])
        #expect(throws: StorageError.self) { try DataFolder.writePrivate([4], to: path) }
        chmod(path, 0o644)
        let error = #expect(throws: StorageError.self) { try DataFolder.readPrivate(path) }
        #expect(error?.message.contains("chmod 600") == true)
    }
}
