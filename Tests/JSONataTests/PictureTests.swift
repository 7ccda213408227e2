import Basics
import JSON
import JSONata
import Testing

@Suite struct PictureTests {
    private func value(_ text: String) throws -> JSONValue? {
        let options = EvaluationOptions(now: Timestamp(milliseconds: 1_785_585_600_000))
        return try Expression(text).evaluate(nil, options: options)
    }

    @Test(arguments: [
        ("1234567.891", "#,##0.00", "1,234,567.89"), ("0", "#", "0"), ("0.5", "#.##", ".5"), ("-3", "0;(0)", "(3)"),
        ("-3", "000", "-003"), ("0.256", "#0%", "26%"), ("1234.5678", "0.00e0", "1.23e3"), ("12345", "0,000", "12,345"),
        ("1", "#,##0", "1"), ("5", "[0]", "[5]"), ("1e20", "#,##0", "100,000,000,000,000,000,000"),
    ])
    func `numbers follow their picture`(number: String, picture: String, text: String) throws {
        #expect(try value("$formatNumber(\(number), '\(picture)')") == .string(text))
    }

    @Test(arguments: [
        ("12", "w", "twelve"), ("1021", "Ww", "One Thousand and Twenty-One"), ("3", "1;o", "3rd"),
        ("112", "1;o", "112th"),
        ("27", "a", "aa"), ("1999", "i", "mcmxcix"), ("1234567", "#,##0", "1,234,567"), ("7", "007", "007"),
        ("5", "٠", "٥"),
        ("-5", "w", "-five"), ("1000000", "w;o", "one millionth"),
    ])
    func `integers follow their picture`(number: String, picture: String, text: String) throws {
        #expect(try value("$formatInteger(\(number), '\(picture)')") == .string(text))
        #expect(
            try value("$parseInteger('\(text)', '\(picture)')") == .integer(abs(Int(number) ?? 0))
                || number.hasPrefix("-")
        )
    }

    @Test(arguments: [
        ("[Y]-[M01]-[D01]", "2026-02-01"), ("[Y0001]-[d001]", "2026-032"), ("[X]-W[W01]-[F1]", "2026-W05-7"),
        ("[h]:[m] [P]", "12:00 am"), ("[FNn,3-3] [MN,*-3]", "Sun FEB"), ("[D1o] of [MNn]", "1st of February"),
        ("[[x]]", "[x]"),
    ])
    func `dates follow their picture`(picture: String, text: String) throws {
        #expect(try value("$fromMillis(1769904000000, '\(picture)')") == .string(text))
    }

    @Test func `dates are read by their picture, and what is left out before comes from now`() throws {
        #expect(
            try value("$toMillis('01.02.2026 13:45 +01:00', '[D].[M].[Y] [H]:[m] [Z]') ~> $fromMillis()")
                == "2026-02-01T12:45:00.000Z"
        )
        #expect(try value("$toMillis('13:45', '[H]:[m]') ~> $fromMillis()") == "2026-08-01T13:45:00.000Z")
        #expect(try value("$toMillis('nonsense', '[Y]')") == nil)
        #expect(try value("$fromMillis(0, '[H01]:[m01][Z]', '-0530')") == "18:30-05:30")
    }

    @Test func `the additions count days and weeks, parse, and write tables that cannot be broken`() throws {
        #expect(try value("$daysSince('2026-07-31')") == 1.5 || value("$daysSince('2026-07-31')") == 1)
        #expect(try value("$isoWeek('2027-01-02')") == "2026-W53")
        #expect(try value("$parse('{\"a\": [1]}').a[0]") == 1)
        let table = try value("$table([{'a': 'x|y', 'b': '<b>'}, {'a': 1}])")
        #expect(table == "| a | b |\n| --- | --- |\n| x\\|y | &lt;b&gt; |\n| 1 |  |\n")
        #expect(try value("$table([{'a': 1, 'b': 2}], ['b'])") == "| b |\n| --- |\n| 2 |\n")
    }
}
