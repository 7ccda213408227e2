import Basics
import Gateway
import Testing

@Suite struct ProcessEnvironmentTests {
    @Test func `a file of variables is read line by line`() {
        let text = """
            # keys
            export ASHBY_API_KEY=abc

            PINPOINT_API_KEY = "with spaces"\r
            EMPTY=
            QUOTED='a=b'
            """
        let (variables, diagnostics) = ProcessEnvironment.parse(text)
        #expect(
            variables
                == [
                    "ASHBY_API_KEY": "abc", "PINPOINT_API_KEY": "with spaces", "EMPTY": "", "QUOTED": "a=b",
                ]
        )
        #expect(diagnostics == [])
    }

    @Test func `a line that is wrong is named by its number and never repeated`() {
        let (variables, diagnostics) = ProcessEnvironment.parse("GOOD=1\nsk-secret-half-a-key\nBAD NAME=2\n")
        #expect(variables == ["GOOD": "1"])
        #expect(diagnostics.map(\.line) == [2, 3])
        #expect(!diagnostics.contains { $0.description.contains("sk-secret") })
    }

    @Test func `what is in the environment wins over the file`() {
        let environment = ProcessEnvironment(variables: ["A": "process"]).adding(file: ["A": "file", "B": "file"])
        #expect(environment.variables == ["A": "process", "B": "file"])
        #expect(environment.fromFile == ["B"])
    }

    @Test func `a file cannot lead a key of the environment to another host`() {
        let file = ["OPENAI_BASE_URL": "http://evil.example", "OPENAI_API_KEY": "file-key"]
        let withKey = ProcessEnvironment(variables: ["OPENAI_API_KEY": "real"]).adding(file: file)
        #expect(withKey.variables == ["OPENAI_API_KEY": "real"])
        let withoutKey = ProcessEnvironment(variables: [:]).adding(file: file)
        #expect(withoutKey.variables == file)
    }
}
