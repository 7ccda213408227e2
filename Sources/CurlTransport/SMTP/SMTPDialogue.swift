/// What a mail server has said so far, from which the outcome follows when the connection ends.
struct SMTPDialogue {
    /// The code of the last complete reply.
    private(set) var lastReply: Int?
    /// The text of the last line, in printable ASCII.
    private(set) var lastText = ""
    /// Whether the server wants the message (354).
    private(set) var wantsMessage = false
    /// The code of the reply to the message itself.
    private(set) var verdict: Int?
    /// Whether libcurl has been given the last byte, so that the end of the message may be on the wire.
    var isAllGiven = false

    private static let longestText = 200

    /// Takes one line of a reply with its line break.
    mutating func take(_ line: UnsafeRawBufferPointer) {
        let digits = line.prefix(3)
        guard digits.count == 3, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return }
        let code = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        // The good-bye comes before libcurl reports, and says nothing about what was refused.
        if code == 221 { return }
        lastText = String(
            decoding: line.dropFirst(4).prefix(SMTPDialogue.longestText).filter { $0 >= 0x20 && $0 < 0x7F },
            as: UTF8.self
        )
        // A hyphen says that more lines of the same reply follow.
        if line.count > 3, line[3] == 0x2D { return }
        lastReply = code
        if wantsMessage {
            if verdict == nil { verdict = code }
        } else if code == 354 {
            wantsMessage = true
        }
    }

    /// Whether the server has taken responsibility for the message.
    var isAccepted: Bool { verdict.map { $0 >= 200 && $0 < 300 } ?? false }

    /// Why the message is not known to be with the server.
    ///
    /// - Parameters:
    ///   - reason: What kind of failure libcurl reports.
    ///   - text: What libcurl says.
    func failure(_ reason: SMTPFailure.Kind, _ text: String) -> SMTPFailure {
        if let verdict, verdict >= 400 { return SMTPFailure(.refused, reply: verdict, lastText) }
        if wantsMessage {
            // Without the line that ends it the server must drop the message (RFC 5321, section 4.1.1.4).
            return SMTPFailure(isAllGiven ? .unanswered : .interrupted, reply: verdict, text)
        }
        switch reason {
        // A server may repeat what it was sent, so its words are not passed on here.
        case .signIn: return SMTPFailure(.signIn, reply: lastReply, "the server does not accept the user and password")
        case .insecure: return SMTPFailure(.insecure, reply: nil, text)
        default: break
        }
        if let lastReply, lastReply >= 400 { return SMTPFailure(.refused, reply: lastReply, lastText) }
        return SMTPFailure(reason, reply: nil, text)
    }
}
