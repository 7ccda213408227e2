import CSQLite

/// One connection to a SQLite file, used by one thread only.
final class SQLiteConnection: SQLTransaction {
    /// What a connection may do.
    enum Mode {
        case readWrite, readOnly
    }

    let path: String
    private let handle: OpaquePointer
    private var statements: [String: Statement] = [:]

    private static let cachedStatements = 128

    init(path: String, mode: Mode, options: SQLiteDatabase.Options) throws(StorageError) {
        self.path = path
        var handle: OpaquePointer?
        let flags =
            SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
            | (mode == .readWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY)
        let status = sqlite3_open_v2(path, &handle, flags, nil)
        guard status == SQLITE_OK, let handle else {
            let detail = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw SQLiteConnection.error(status, detail, path: path)
        }
        self.handle = handle
        csqlite_configure(handle, SQLITE_DBCONFIG_DEFENSIVE, 1)
        csqlite_configure(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        sqlite3_busy_timeout(handle, Int32(options.busyTimeout * 1000))
        if mode == .readOnly {
            // Only the writer checkpoints: SQLite before 3.51.3 can lose data when two connections do.
            csqlite_configure(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
            try script("PRAGMA query_only=1")
        } else {
            try script("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON")
            if let pages = options.maximumPages { try script("PRAGMA max_page_count=\(pages)") }
        }
        try script(
            """
            PRAGMA wal_autocheckpoint=0; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA cell_size_check=ON
            """
        )
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// Whether no transaction is open.
    var isIdle: Bool { sqlite3_get_autocommit(handle) != 0 }

    @discardableResult
    func execute(_ sql: String, values: [SQLValue]) throws(StorageError) -> Int {
        let statement = try prepare(sql, values)
        defer { statement.reset() }
        var status = sqlite3_step(statement.pointer)
        while status == SQLITE_ROW { status = sqlite3_step(statement.pointer) }
        guard status == SQLITE_DONE else { throw error(status) }
        return Int(sqlite3_changes64(handle))
    }

    func query(_ sql: String, values: [SQLValue]) throws(StorageError) -> [SQLRow] {
        let statement = try prepare(sql, values)
        defer { statement.reset() }
        let columns = statement.columns
        var rows: [SQLRow] = []
        while true {
            let status = sqlite3_step(statement.pointer)
            if status == SQLITE_DONE { return rows }
            guard status == SQLITE_ROW else { throw error(status) }
            let values = columns.indices.map { statement.value(Int32($0)) }
            rows.append(SQLRow(columns: columns, values: values))
        }
    }

    func script(_ sql: String) throws(StorageError) {
        let status = sqlite3_exec(handle, sql, nil, nil, nil)
        guard status == SQLITE_OK else { throw error(status) }
    }

    /// Moves what the log holds into the database file; with `truncate`, empties the log as well.
    func checkpoint(truncate: Bool) {
        // Readers may stand in the way; then the next checkpoint does it.
        sqlite3_wal_checkpoint_v2(
            handle,
            nil,
            truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE,
            nil,
            nil
        )
    }

    private func prepare(_ sql: String, _ values: [SQLValue]) throws(StorageError) -> Statement {
        let statement: Statement
        if let cached = statements[sql] {
            statement = cached
        } else {
            var pointer: OpaquePointer?
            let status = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, nil)
            guard status == SQLITE_OK else { throw error(status) }
            guard let pointer else { throw StorageError(.statement, "there is no statement in: \(sql)") }
            statement = Statement(pointer)
            if statements.count >= SQLiteConnection.cachedStatements { statements.removeAll() }
            statements[sql] = statement
        }
        guard sqlite3_bind_parameter_count(statement.pointer) == Int32(values.count) else {
            throw StorageError(.statement, "the number of values does not fit: \(sql)")
        }
        for (position, value) in values.enumerated() {
            let status = statement.bind(value, at: Int32(position + 1))
            guard status == SQLITE_OK else { throw error(status) }
        }
        return statement
    }

    private func error(_ status: Int32) -> StorageError {
        SQLiteConnection.error(status, String(cString: sqlite3_errmsg(handle)), path: path)
    }

    /// The error for a result code (https://sqlite.org/rescode.html).
    private static func error(_ status: Int32, _ detail: String, path: String) -> StorageError {
        switch status & 0xFF {
        case SQLITE_FULL:
            StorageError(
                .full,
                "no space is left for \(path), and nothing of the change was kept; free some space and try again"
            )
        case SQLITE_READONLY, SQLITE_PERM:
            StorageError(.readOnly, "\(path) cannot be written (\(detail)); check its owner and permissions")
        // PROTOCOL: another process has held the lock for so long that SQLite stopped trying.
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL:
            StorageError(
                .locked,
                "\(path) is in use by another process; stop the one that has it open, or use another data folder"
            )
        case SQLITE_NOTADB:
            StorageError(
                .notADatabase,
                "\(path) is not a database; move the file away, or use another data folder"
            )
        case SQLITE_CORRUPT:
            StorageError(.corrupt, "\(path) is damaged (\(detail)); restore it from a backup")
        case SQLITE_CANTOPEN:
            StorageError(
                .cannotOpen,
                "\(path) cannot be opened (\(detail)); check that its folder exists and may be written"
            )
        case SQLITE_IOERR:
            StorageError(.io, "the disk failed on \(path) (\(detail), code \(status)); check it before going on")
        case SQLITE_CONSTRAINT:
            StorageError(.constraint, detail)
        default:
            StorageError(.statement, "\(detail) (SQLite code \(status))")
        }
    }
}

private final class Statement {
    let pointer: OpaquePointer
    let columns: [String]

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        columns = (0..<sqlite3_column_count(pointer)).map { String(cString: sqlite3_column_name(pointer, $0)) }
    }

    deinit {
        sqlite3_finalize(pointer)
    }

    func reset() {
        sqlite3_reset(pointer)
        // Values may be secrets; none stays bound.
        sqlite3_clear_bindings(pointer)
    }

    func bind(_ value: SQLValue, at position: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(pointer, position)
        case .integer(let integer): return sqlite3_bind_int64(pointer, position, integer)
        case .real(let number): return sqlite3_bind_double(pointer, position, number)
        case .text(var text):
            return text.withUTF8 { buffer in
                buffer.withMemoryRebound(to: CChar.self) { characters in
                    // A null pointer would be NULL, and the empty text is not.
                    guard let base = characters.baseAddress else { return csqlite_bind_text(pointer, position, "", 0) }
                    return csqlite_bind_text(pointer, position, base, UInt64(characters.count))
                }
            }
        case .blob(let bytes):
            if bytes.isEmpty { return sqlite3_bind_zeroblob(pointer, position, 0) }
            return csqlite_bind_blob(pointer, position, bytes, UInt64(bytes.count))
        }
    }

    func value(_ column: Int32) -> SQLValue {
        switch sqlite3_column_type(pointer, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(pointer, column))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(pointer, column))
        case SQLITE_TEXT:
            guard let text = sqlite3_column_text(pointer, column) else { return .text("") }
            let count = Int(sqlite3_column_bytes(pointer, column))
            return .text(String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            guard let blob = sqlite3_column_blob(pointer, column) else { return .blob([]) }
            return .blob(Array(UnsafeRawBufferPointer(start: blob, count: Int(sqlite3_column_bytes(pointer, column)))))
        default: return .null
        }
    }
}
