import Basics
import Mail
import TestSupport
import Testing

struct MailMessageTests {
    private static let date = Timestamp(milliseconds: 1_795_253_400_000)

    private func message(
        from: String = "Recruiting <jobs@larkfield.example>",
        to: [String] = ["ada@larkfield.example"],
        cc: [String] = [],
        bcc: [String] = [],
        replyTo: String? = nil,
        subject: String = "Hello",
        body: MailMessage.Body = .text("Hi")
    ) throws -> MailMessage {
        try MailMessage(
            sender: MailAddress(from, allowsName: true),
            recipients: MailMessage.Recipients(
                to: to.map { try MailAddress($0) },
                cc: cc.map { try MailAddress($0) },
                bcc: bcc.map { try MailAddress($0) }
            ),
            replyTo: replyTo.map { try MailAddress($0) },
            subject: subject,
            body: body,
            date: MailMessageTests.date,
            identifier: "7f3a9c2e10.0011223344556677"
        )
    }

    private func text(_ message: MailMessage) -> String { String(decoding: message.compose(), as: UTF8.self) }

    @Test func `a plain message has exactly these lines`() throws {
        let made = try message(
            cc: ["bo@larkfield.example"],
            bcc: ["chief@larkfield.example", "ADA@larkfield.example"],
            replyTo: "answers@larkfield.example",
            body: .text("One\nTwo ends with space \n.dot\nFrom here\nGrüße = done")
        )
        let expected = """
            Date: Sat, 21 Nov 2026 09:30:00 +0000
            From: "Recruiting" <jobs@larkfield.example>
            To: ada@larkfield.example
            Cc: bo@larkfield.example
            Reply-To: answers@larkfield.example
            Subject: Hello
            Message-ID: <7f3a9c2e10.0011223344556677@larkfield.example>
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            One
            Two ends with space=20
            =2Edot
            =46rom here
            Gr=C3=BC=C3=9Fe =3D done

            """
        #expect(
            text(made) == expected.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
        )
        let envelope = try made.envelope()
        #expect(envelope.sender == "jobs@larkfield.example")
        #expect(
            envelope.recipients == ["ada@larkfield.example", "bo@larkfield.example", "chief@larkfield.example"]
        )
    }

    @Test func `Markdown is sent as text and as HTML`() throws {
        let made = text(try message(body: .markdown("# Report\n\n*Two* offers.")))
        let parts = made.components(separatedBy: "--=_switchboard_part")
        #expect(parts.count == 4)
        #expect(parts[0].hasSuffix("multipart/alternative;\r\n boundary=\"=_switchboard_part\"\r\n\r\n"))
        #expect(parts[1].contains("text/plain") && parts[1].contains("# Report\r\n\r\n*Two* offers.\r\n"))
        #expect(parts[2].contains("text/html") && parts[2].contains("<h1>Report</h1>\r\n<p><em>Two</em> offers.</p>"))
        #expect(parts[3] == "--\r\n")
    }

    @Test func `words beyond ASCII are encoded, and no character is torn apart`() throws {
        let subject = String(repeating: "Grüße 😀 ", count: 12) + "Ende"
        let made = text(try message(from: "Jörg Weiß <j@larkfield.example>", subject: subject))
        #expect(made.contains("From: =?UTF-8?B?SsO2cmcgV2Vpw58=?=\r\n <j@larkfield.example>\r\n"))
        let head = try #require(made.range(of: "Subject: ", to: "\r\nMessage-ID"))
        var decoded = ""
        for word in head.split(separator: "\r\n ") {
            #expect(word.hasPrefix("=?UTF-8?B?") && word.hasSuffix("?=") && word.utf8.count <= 75)
            let bytes = try #require(Base64.decode(String(word.dropFirst(10).dropLast(2))))
            decoded += try #require(String(validating: bytes, as: UTF8.self))
        }
        #expect(decoded == subject)
    }

    @Test(arguments: [
        "a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\u{0}b", "a\u{85}b", "a\u{2028}b", "",
        String(repeating: "x", count: 1001),
    ])
    func `a subject that is not one line is refused`(subject: String) {
        #expect(throws: MailError.self) { try message(subject: subject) }
    }

    @Test(arguments: [
        "", "ada", "@b.example", "ada@", "a b@c.example", "ada@b..example", ".ada@b.example", "ada@-b.example",
        "ada@b.example\r\nRCPT TO:<x@y.example>", "ada@b.example>", "<ada@b.example>", "\"a b\"@c.example",
        "jürgen@b.example", "ada@bücher.example", "ada@[127.0.0.1]", "a@b@c.example",
        String(repeating: "a", count: 65) + "@b.example", "a@" + String(repeating: "b", count: 64) + ".example",
        "a@" + String(repeating: "b.", count: 130) + "example",
    ])
    func `what is no address is refused`(address: String) {
        #expect(throws: MailError.self) { try MailAddress(address) }
        #expect(throws: MailError.self) { try MailAddress("Name <\(address)>", allowsName: true) }
    }

    @Test(arguments: ["ada@localhost", "a.b+c@d-e.example", "o'hara@x.example", "a@xn--bcher-kva.example"])
    func `an address is taken as it is`(address: String) throws {
        #expect(try MailAddress(address).address == address)
    }

    @Test func `no more than a hundred people get a message`() throws {
        let many = (1...101).map { "p\($0)@x.example" }
        #expect(throws: MailError.self) { try message(to: many) }
        #expect(throws: MailError.self) { try message(to: Array(many.prefix(60)), bcc: Array(many.suffix(41))) }
        let made = try message(to: Array(many.prefix(100)))
        #expect(try made.envelope().recipients.count == 100)
        for line in text(made).split(separator: "\r\n") { #expect(line.utf8.count <= 76) }
    }

    @Test func `a message that is too large is refused`() throws {
        let large = String(repeating: "é", count: 6 << 20)
        #expect(throws: MailError.self) { try message(body: .text(large)).envelope() }
    }

    @Test func `any body comes back as it was, in short lines without a dot first`() throws {
        var generator = SeededGenerator(seed: 7)
        for round in 0..<400 {
            var body = ""
            for _ in 0..<Int.random(in: 0...200, using: &generator) {
                switch Int.random(in: 0..<8, using: &generator) {
                case 0: body += "\n"
                case 1:
                    body +=
                        [".", " ", "\t", "=", "From ", "--=_switchboard_part"].randomElement(using: &generator) ?? ""
                case 2: body += ["é", "😀", "漢", "\u{0}", "\r"].randomElement(using: &generator) ?? ""
                default: body.unicodeScalars.append(Unicode.Scalar(UInt8.random(in: 0x20..<0x7F, using: &generator)))
                }
            }
            let made = text(try message(body: .text(body)))
            let (head, encoded) = try #require(made.halves("\r\n\r\n"))
            for line in made.components(separatedBy: "\r\n") {
                #expect(line.utf8.count <= 76 && !line.hasPrefix("."), "round \(round)")
                #expect(!line.contains("\r") && !line.contains("\n"))
            }
            let decoded = head.contains("base64") ? Base64.decode(encoded.without("\r\n")) : unquoted(encoded)
            #expect(decoded == lines(body), "round \(round)")
        }
    }

    @Test func `no byte of a subject or an address makes a line of its own`() throws {
        for value in 0..<0x110 {
            let scalar = try #require(Unicode.Scalar(UInt32(value)))
            if let made = try? message(subject: "a\(scalar)b") {
                let names = text(made).split(separator: "\r\n").prefix { !$0.hasPrefix("MIME") }.filter {
                    $0.first != " "
                }
                #expect(names.count == 6, "\(value)")
            } else {
                #expect(value < 0x20 || (0x7F...0x9F).contains(value))
            }
            if let address = try? MailAddress("a\(scalar)b@c.example") {
                #expect(address.address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3C && $0 != 0x3E })
            }
        }
    }

    // MARK: Reading back

    private func lines(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if byte == 0x0A || byte == 0x0D {
                if !(byte == 0x0A && previous == 0x0D) { bytes += [0x0D, 0x0A] }
            } else {
                bytes.append(byte)
            }
            previous = byte
        }
        return bytes.suffix(2) == [0x0D, 0x0A] ? bytes : bytes + [0x0D, 0x0A]
    }

    private func unquoted(_ text: String) -> [UInt8]? {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == 0x3D else {
                out.append(bytes[index])
                index += 1
                continue
            }
            guard index + 2 < bytes.count else { return nil }
            let pair = bytes[(index + 1)...(index + 2)]
            if !pair.elementsEqual([0x0D, 0x0A]) {
                guard let byte = UInt8(String(decoding: pair, as: UTF8.self), radix: 16) else { return nil }
                out.append(byte)
            }
            index += 3
        }
        return out
    }
}

extension String {
    /// The parts between the occurrences of a text, by bytes.
    fileprivate func components(separatedBy separator: String) -> [String] {
        var parts: [[UInt8]] = [[]]
        let bytes = Array(utf8)
        let mark = Array(separator.utf8)
        var index = 0
        while index < bytes.count {
            if bytes[index...].starts(with: mark) {
                parts.append([])
                index += mark.count
            } else {
                parts[parts.count - 1].append(bytes[index])
                index += 1
            }
        }
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }

    fileprivate func halves(_ separator: String) -> (String, String)? {
        let parts = components(separatedBy: separator)
        guard parts.count > 1 else { return nil }
        return (parts[0], parts.dropFirst().joined(separator: separator))
    }

    fileprivate func without(_ text: String) -> String { components(separatedBy: text).joined() }

    fileprivate func range(of start: String, to end: String) -> String? {
        let parts = components(separatedBy: start)
        guard parts.count > 1 else { return nil }
        return parts[1].components(separatedBy: end).first
    }
}
