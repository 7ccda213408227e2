import Storage
import Testing

@Suite struct DatabaseHolderTests {
    private let table = """
        1: POSIX  ADVISORY  READ 301 fe:00:11 128 128
        2: -> POSIX  ADVISORY  WRITE 302 fe:00:11 120 120
        3: FLOCK  ADVISORY  WRITE 303 fe:00:11 0 EOF
        4: POSIX  ADVISORY  WRITE 304 fe:00:12 120 120
        5: POSIX  ADVISORY  WRITE 305 fe:00:13 120 120
        6: OFDLCK ADVISORY  WRITE -1 fe:00:14 120 120
        7: POSIX  ADVISORY
        """

    @Test func `the process that holds a database for writing is found among readers, waiting ones and other files`() {
        #expect(DatabaseHolder.find(in: table, inodes: [12, 99], besides: 1) == 304)
        #expect(DatabaseHolder.find(in: table, inodes: [11, 13], besides: 1) == 305)
        #expect(DatabaseHolder.find(in: table, inodes: [14], besides: 1) == 0, "the kernel does not tell which")
        #expect(DatabaseHolder.find(in: table, inodes: [11], besides: 1) == nil)
        #expect(
            DatabaseHolder.find(in: table, inodes: [12], besides: 304) == nil,
            "this process does not wait for itself"
        )
        #expect(DatabaseHolder.find(in: "", inodes: [12], besides: 1) == nil)
    }
}
