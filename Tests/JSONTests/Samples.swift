/// Texts that between them use every rule of the grammar.
enum Samples {
    static let valid: [String] = [
        "null", " true ", "false", "0", "-0", "-1.5e+10", "1E400", "0.1", "12345678901234567890", "\"\"",
        #""a\"b\\c\/d\b\f\n\r\t\u00e9\uD83D\uDE00""#, "[]", "{}", "[ ]", "{ }", "[1,[2,[3]],{}]",
        #"{"a":1,"b":{"c":[true,false,null]},"":"empty name"}"#, #"{"a":1,"\u0061":2}"#, "\"Zoë 東京 😀\"",
        "\t{\r\n \"name\" : \"Sarah Jenkins\" ,\n \"id\":98765 }\n", "[1.25,-3,6.02e23,1e-7]",
        #"{"long":"0123456789abcdef0123456789abcdef\n0123456789","é":"é"}"#,
    ]

    static let invalid: [String] = [
        "", " ", "nul", "truee", "tru", "01", "-", "1.", ".5", "1e", "1e+", "+1", "0x10", "NaN", "Infinity", "'a'",
        "\"a", "\"\\\"", #""\x""#, #""\u12""#, #""\u12G4""#, #""\uD800""#, #""\uD800\n""#, #""\uD800\uD800""#,
        #""\uDC00""#,
        "\"a\nb\"", "\"\u{1}\"", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "}", "{\"a\"", "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "[}", "{]", "1 1", "[] []",
        "// no\n1", "\u{FEFF}1", "\u{A0}1",
    ]

    /// Bytes that are not UTF-8, each inside a string.
    static let wrongEncodings: [[UInt8]] = [
        [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
        [0xEF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
        [0xE2, 0x28, 0xA1],
    ].map { [0x22] + $0 + [0x22] }
}
