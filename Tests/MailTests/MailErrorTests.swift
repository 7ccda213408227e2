import Mail
import Testing
import Tools

struct MailErrorTests {
    @Test func `an error is its sentence`() {
        let error = MailError(.refused, "The server refused the recipient.", outcome: .failed)
        #expect("\(error)" == "The server refused the recipient.")
    }
}
