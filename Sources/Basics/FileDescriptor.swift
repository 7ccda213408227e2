import CLinux
import Glibc

/// An open file descriptor that closes itself.
package struct FileDescriptor: ~Copyable, Sendable {
    /// The number the kernel knows it by; valid as long as this value lives.
    package let number: Int32

    /// Takes over an open descriptor.
    package init(owning number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }

    /// Gives the descriptor up without closing it.
    package consuming func release() -> Int32 {
        let number = self.number
        discard self
        return number
    }
}

/// An error of a system call, with what was being done and to what.
package struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The value of `errno`.
    package var code: Int32
    /// What was attempted, such as `open` or `bind`, and on what.
    package var operation: String

    package init(_ operation: String, code: Int32 = errno) {
        self.operation = operation
        self.code = code
    }

    package var description: String { "\(operation): \(String(cString: strerror(code)))" }
}
