import CEdit
import Glibc

/// Lines from a terminal with editing and history, by libedit; belongs to the thread that made it.
struct EditedLines: ~Copyable {
    private let state: UnsafeMutablePointer<cedit_state>
    private let prompt: UnsafeMutablePointer<CChar>

    /// Takes over the terminal; nil when it cannot be used.
    ///
    /// - Parameters:
    ///   - prompt: What stands before the cursor.
    ///   - wake: A descriptor that ends a waiting read when it becomes readable.
    init?(prompt: String, wake: Int32) {
        guard let copy = strdup(prompt) else { return nil }
        guard let state = cedit_create(copy, wake) else {
            free(copy)
            return nil
        }
        self.state = state
        self.prompt = copy
    }

    deinit {
        cedit_destroy(state)
        free(prompt)
    }

    /// The next line, without its newline.
    func next() -> LineEditor.Input {
        guard let line = cedit_line(state) else {
            guard state.pointee.interrupted == 1 else { return .end }
            cedit_reset(state)
            return .interrupted
        }
        var text = String(cString: line)
        while text.last?.isNewline == true { text.removeLast() }
        if !text.isEmpty { cedit_remember(state, text) }
        return .line(text)
    }
}
