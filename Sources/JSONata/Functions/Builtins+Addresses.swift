import JSON

extension Builtins {
    /// Functions that escape text for URLs (RFC 3986), with the character sets of ECMAScript.
    static let addresses: [BuiltinFunction] = [
        encoder("encodeUrlComponent", unescaped: PercentText.unreserved),
        encoder("encodeUrl", unescaped: PercentText.unreserved.union(PercentText.reserved)),
        decoder("decodeUrlComponent", keeping: []),
        decoder("decodeUrl", keeping: PercentText.reserved),
    ]

    private static func encoder(_ name: String, unescaped: Set<UInt8>) -> BuiltinFunction {
        BuiltinFunction(name, "<s-:s>", arity: 1) { evaluator, arguments in
            guard let text = try arguments.string(0) else { return .undefined }
            guard let encoded = PercentText.encode(text, unescaped: unescaped) else {
                throw PercentText.malformed(name, text)
            }
            try evaluator.chargeText(encoded.utf8.count)
            return .string(encoded)
        }
    }

    private static func decoder(_ name: String, keeping: Set<UInt8>) -> BuiltinFunction {
        BuiltinFunction(name, "<s-:s>", arity: 1) { _, arguments in
            guard let text = try arguments.string(0) else { return .undefined }
            guard let decoded = PercentText.decode(text, keeping: keeping) else {
                throw PercentText.malformed(name, text)
            }
            return .string(decoded)
        }
    }
}

/// Percent-encoding as the functions of ECMAScript do it.
private enum PercentText {
    static let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()".utf8)
    static let reserved = Set(";,/?:@&=+$#".utf8)
    private static let digits = Array("0123456789ABCDEF".utf8)

    static func malformed(_ name: String, _ text: String) -> JSONataError {
        let shown = JSONWriter.text(of: .string(text))
        return JSONataError(
            "D3140",
            token: name,
            value: .string(text),
            message: "Malformed URL passed to $\(name)(): \(shown)"
        )
    }

    static func encode(_ text: String, unescaped: Set<UInt8>) -> String? {
        if text.unicodeScalars.contains(where: TextUnits.isStandIn) { return nil }
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if unescaped.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func decode(_ text: String, keeping: Set<UInt8>) -> String? {
        let source = Array(text.utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < source.count {
            guard source[index] == 0x25 else {
                bytes.append(source[index])
                index += 1
                continue
            }
            guard index + 2 < source.count, let high = value(source[index + 1]), let low = value(source[index + 2])
            else { return nil }
            let byte = high << 4 | low
            if keeping.contains(byte) {
                bytes += source[index..<index + 3]
            } else {
                bytes.append(byte)
            }
            index += 3
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46, 0x61...0x66: (byte | 0x20) - 0x57
        default: nil
        }
    }
}
