/// Reads the signature of a function.
struct SignatureParser {
    private let text: [UInt8]
    private var position = 1
    private var parameters: [Signature.Parameter] = []
    private var lastLetter: UInt8?

    init(_ text: String) {
        self.text = Array(text.utf8)
    }

    mutating func parse() throws -> [Signature.Parameter] {
        while position < text.count {
            let symbol = text[position]
            if symbol == 0x3A { break }
            switch symbol {
            case 0x73, 0x6E, 0x62, 0x6C, 0x6F: add([symbol, 0x6D], symbol)
            case 0x61:
                add(Array("asnblfom".utf8), symbol)
                parameters[parameters.count - 1].isArray = true
            case 0x66: add([symbol], symbol)
            case 0x6A: add(Array("asnblom".utf8), symbol)
            case 0x78: add(Array("asnblfom".utf8), symbol)
            case 0x2D: change { $0.takesContext = true }
            case 0x3F: change { $0.isOptional = true }
            case 0x2B: change { $0.isRepeated = true }
            case 0x28: try parseChoice()
            case 0x3C: try parseSubtype()
            default: break
            }
            position += 1
        }
        return parameters
    }

    private mutating func add(_ letters: [UInt8], _ letter: UInt8) {
        parameters.append(Signature.Parameter(accepts: letters))
        lastLetter = letter
    }

    private mutating func change(_ edit: (inout Signature.Parameter) -> Void) {
        guard !parameters.isEmpty else { return }
        edit(&parameters[parameters.count - 1])
    }

    private func closing(_ open: UInt8, _ close: UInt8) -> Int {
        var depth = 1
        var index = position
        while index + 1 < text.count {
            index += 1
            if text[index] == close {
                depth -= 1
                if depth == 0 { break }
            } else if text[index] == open {
                depth += 1
            }
        }
        return index
    }

    private mutating func parseChoice() throws {
        let end = closing(0x28, 0x29)
        let choice = Array(text[min(position + 1, end)..<end])
        if choice.contains(0x3C) {
            throw SignatureSyntaxError(
                code: "S0402",
                offset: position,
                text: String(decoding: choice, as: UTF8.self)
            )
        }
        add(choice + [0x6D], 0x28)
        position = end
    }

    private mutating func parseSubtype() throws {
        let end = closing(0x3C, 0x3E)
        guard lastLetter == 0x61 || lastLetter == 0x66 else {
            throw SignatureSyntaxError(
                code: "S0401",
                offset: position,
                text: lastLetter.map { String(decoding: [$0], as: UTF8.self) } ?? ""
            )
        }
        let subtype = String(decoding: text[min(position + 1, end)..<end], as: UTF8.self)
        change { $0.subtype = subtype }
        position = end
    }
}
