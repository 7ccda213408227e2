import Glibc

/// Asks for a secret on the terminal without showing it.
enum SecretPrompt {
    /// What was typed; nil when nothing was.
    static func ask(_ prompt: String) -> String? {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
        var silent = settings
        silent.c_lflag &= ~UInt32(ECHO)
        write(STDERR_FILENO, prompt, prompt.utf8.count)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            write(STDERR_FILENO, "\n", 1)
        }
        guard let line = readLine(strippingNewline: true), !line.isEmpty else { return nil }
        return line
    }
}
