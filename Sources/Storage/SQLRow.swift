/// A row of a result; columns are read by name and kind.
package struct SQLRow: Sendable, Hashable {
    /// The names of the columns, in order.
    package let columns: [String]
    /// Their values, in the same order.
    package let values: [SQLValue]

    package init(columns: [String], values: [SQLValue]) {
        self.columns = columns
        self.values = values
    }

    /// The value of a column.
    ///
    /// - Throws: ``StorageError`` with code `mismatch` when the result has no such column.
    package func value(_ column: String) throws(StorageError) -> SQLValue {
        guard let position = columns.firstIndex(of: column) else {
            throw StorageError(.mismatch, "the result has no column \(column)")
        }
        return values[position]
    }

    /// An integer.
    ///
    /// - Throws: ``StorageError`` with code `mismatch` when the column holds something else, NULL included.
    package func integer(_ column: String) throws(StorageError) -> Int64 {
        let value = try value(column)
        if case .integer(let integer) = value { return integer }
        throw mismatch(column, value, wanted: "an integer")
    }

    /// Text.
    ///
    /// - Throws: ``StorageError`` with code `mismatch` when the column holds something else, NULL included.
    package func text(_ column: String) throws(StorageError) -> String {
        let value = try value(column)
        if case .text(let text) = value { return text }
        throw mismatch(column, value, wanted: "text")
    }

    /// Bytes.
    ///
    /// - Throws: ``StorageError`` with code `mismatch` when the column holds something else, NULL included.
    package func blob(_ column: String) throws(StorageError) -> [UInt8] {
        let value = try value(column)
        if case .blob(let bytes) = value { return bytes }
        throw mismatch(column, value, wanted: "a blob")
    }

    /// A real number; an integer is one too.
    ///
    /// - Throws: ``StorageError`` with code `mismatch` when the column holds something else, NULL included.
    package func real(_ column: String) throws(StorageError) -> Double {
        let value = try value(column)
        if case .real(let number) = value { return number }
        if case .integer(let integer) = value { return Double(integer) }
        throw mismatch(column, value, wanted: "a real number")
    }

    /// An integer, or nil for NULL.
    package func optionalInteger(_ column: String) throws(StorageError) -> Int64? {
        try value(column) == .null ? nil : integer(column)
    }

    /// Text, or nil for NULL.
    package func optionalText(_ column: String) throws(StorageError) -> String? {
        try value(column) == .null ? nil : text(column)
    }

    /// Bytes, or nil for NULL.
    package func optionalBlob(_ column: String) throws(StorageError) -> [UInt8]? {
        try value(column) == .null ? nil : blob(column)
    }

    private func mismatch(_ column: String, _ value: SQLValue, wanted: String) -> StorageError {
        StorageError(.mismatch, "the column \(column) holds \(value.kind) where \(wanted) was expected")
    }
}
