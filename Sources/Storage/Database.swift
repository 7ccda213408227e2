/// A SQL database: transactions that write, one after the other, and transactions that read, side by side.
///
/// Statements are written in the SQL that SQLite and PostgreSQL share, with `?` for values; a driver translates the rest.
package protocol Database: Sendable {
    /// Runs a transaction that may write, and returns when what it wrote is on disk.
    ///
    /// What `body` throws undoes its own changes and nobody else's. Several callers may share one commit, and `body` is
    /// run again where such a commit fails because of another: it must do nothing but talk to the transaction.
    ///
    /// - Throws: What `body` throws, or ``StorageError``.
    @discardableResult
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws -> Result

    /// Runs a transaction that only reads and sees one state of the database throughout.
    ///
    /// - Throws: What `body` throws, or ``StorageError``.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws -> Result

    /// Waits for what has begun, and closes; later calls fail with ``StorageError`` code `closed`.
    func close() async
}

/// An open transaction; valid only within the closure that was given it.
package protocol SQLTransaction: AnyObject {
    /// Runs one statement and returns the number of rows that it changed.
    @discardableResult
    func execute(_ sql: String, values: [SQLValue]) throws(StorageError) -> Int

    /// Runs one statement and returns its rows.
    func query(_ sql: String, values: [SQLValue]) throws(StorageError) -> [SQLRow]

    /// Runs statements that take no values, separated by semicolons; for migrations.
    func script(_ sql: String) throws(StorageError)
}

extension SQLTransaction {
    /// Runs one statement and returns the number of rows that it changed.
    @discardableResult
    package func execute(_ sql: String, _ values: SQLValue...) throws(StorageError) -> Int {
        try execute(sql, values: values)
    }

    /// Runs one statement and returns its rows.
    package func query(_ sql: String, _ values: SQLValue...) throws(StorageError) -> [SQLRow] {
        try query(sql, values: values)
    }

    /// Runs one statement and returns its first row, nil when it has none.
    package func first(_ sql: String, _ values: SQLValue...) throws(StorageError) -> SQLRow? {
        try query(sql, values: values).first
    }
}
