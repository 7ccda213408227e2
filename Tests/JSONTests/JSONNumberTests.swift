import JSON
import TestSupport
import Testing

@Suite struct JSONNumberTests {
    private func number(_ text: String) throws -> JSONNumber { try #require(JSONParser.parse(text).number) }

    @Test(arguments: [
        "0", "1", "-1", "9007199254740993", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "12345678901234567890123", "0.1", "1.25", "1e400", "1e-400", "0.1000000000000000055511151231257827",
        "900719925474099.3", "1.234567890123456", "0.30000000000000004", "1.2345678901e-320", "5e-324",
        "1.7976931348623157e+308", "100000000000000000000", "1e+21", "0.000001", "1e-7",
    ])
    func `a number is written as it was read`(text: String) throws {
        #expect(try number(text).text == text)
    }

    @Test(arguments: [
        ("1.0", "1"), ("1e2", "100"), ("-0.0", "0"), ("-0", "0"), ("1E-7", "1e-7"), ("1.50", "1.5"),
        ("-9223372036854775808.0", "-9223372036854775808.0"), ("-9.223372036854775808e18", "-9223372036854775808"),
        ("1e21", "1e+21"), ("123456789012345680000", "123456789012345680000"),
    ])
    func `the value of a number survives`(text: String, written: String) throws {
        let value = try number(text)
        #expect(try number(value.text) == value)
        #expect(value.text == written || text.count > 17)
    }

    @Test func `numbers are equal when their values are`() throws {
        #expect(try number("1") == number("1.0"))
        #expect(try number("1e2") == number("100"))
        #expect(try number("1e400") == number("10e399"))
        #expect(try number("18446744073709551616") == number("1.8446744073709551616e19"))
        #expect(try number("0") == number("-0"))
        #expect(try number("12348567890123e5") == number("1234856789012300000"))
        #expect(try number("9007199254740993") != number("9007199254740992.0"))
        #expect(try number("18446744073709551616") != number("18446744073709551617"))
        #expect(try number("1") != number("-1"))
        #expect(try number("1e400") != number("1e401"))
        for (a, b) in [("1", "1.0"), ("1e400", "10e399"), ("18446744073709551616", "1.8446744073709551616e19")] {
            #expect(try number(a).hashValue == number(b).hashValue)
        }
    }

    @Test func `integers are told from other numbers`() throws {
        #expect(try number("3.0").integer == 3)
        #expect(try number("3.5").integer == nil)
        #expect(try number("1e19").integer == nil)
        #expect(try JSONParser.parse("3.0").typeName == "integer")
        #expect(try JSONParser.parse("3.5").typeName == "number")
    }

    @Test func `random doubles keep their value`() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            let text = JSONNumber.text(of: value)
            #expect(try number(text).double == value)
            #expect(try number("\(value)").double == value)
        }
    }
}
