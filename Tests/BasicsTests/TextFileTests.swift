import Basics
import Glibc
import Testing

@Suite struct TextFileTests {
    @Test func `a file is replaced as a whole and read back`() throws {
        let folder = "/tmp/\(Identifier.make("textfile"))"
        #expect(mkdir(folder, 0o700) == 0)
        defer {
            for name in TextFile.names(in: folder) { unlink(folder + "/" + name) }
            rmdir(folder)
        }
        let path = folder + "/a.txt"
        try TextFile.write(Array("one".utf8), to: path, mode: 0o600)
        try TextFile.write(Array("two".utf8), to: path, mode: 0o600)
        #expect(try TextFile.read(path) == Array("two".utf8))
        #expect(TextFile.names(in: folder) == ["a.txt"])
        #expect(TextFile.isFile(path) && !TextFile.isFile(folder) && TextFile.isFolder(folder))
        #expect(throws: SystemError("read \(path)", code: EFBIG)) { try TextFile.read(path, limit: 2) }
    }

    @Test func `a file that is not there is named`() {
        let error = #expect(throws: SystemError.self) { try TextFile.read("/nonexistent/file") }
        #expect(error?.description == "open /nonexistent/file: No such file or directory")
        #expect(throws: SystemError("read /tmp", code: EISDIR)) { try TextFile.read("/tmp") }
    }
}
