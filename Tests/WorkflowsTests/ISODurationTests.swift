import Testing
import Workflows

struct ISODurationTests {
    @Test(arguments: [
        ("PT2M", 120), ("P1DT12H", 129_600), ("P7D", 604_800), ("PT0S", 0), ("PT1H1M1S", 3661), ("P0D", 0),
    ])
    func `a duration is a number of seconds`(text: String, seconds: Int) {
        #expect(ISODuration(text)?.seconds == seconds)
    }

    @Test(arguments: ["", "P", "PT", "P1", "1D", "PT1D", "P1H", "PT1M1H", "P1DT", "PT-1S", "PT99999999999S", "P2W"])
    func `what is not a duration is refused`(text: String) {
        #expect(ISODuration(text) == nil)
    }

    @Test(arguments: ["PT2M", "P1DT12H", "P7D", "PT0S", "PT1H1M1S"])
    func `a duration is written as it is read`(text: String) {
        #expect(ISODuration(text)?.description == text)
    }
}
