import Commands
import Testing

@Suite struct UsageTests {
    @Test func `the help lists the commands and explains each`() async {
        let program = ProgramRun()
        defer { program.remove() }
        let overview = await program.run("--help")
        #expect(overview.status == .done && overview.err == "")
        for word in ["demo", "chat", "serve", "tools search", "endpoints create", "connections add"] {
            #expect(overview.out.contains(word), "the overview lacks \(word)")
        }
        let one = await program.run("tools call --help")
        #expect(one.status == .done)
        #expect(one.out.hasPrefix("Call a tool and print its result.\n\nUsage: switchboard tools call NAME"))
        #expect(await program.run("help tools call") == one)
        #expect(await program.run("tools").out.contains("tools search"))
    }

    @Test(arguments: [
        ("tols list", "switchboard: there is no command 'tols'; did you mean `switchboard tools`?\n"),
        ("tools serch x", "switchboard: there is no command 'tools serch'; did you mean `switchboard tools search`?\n"),
        ("tools list --jsn", "switchboard: `switchboard tools list` has no option '--jsn'; did you mean --json?\n"),
        ("tools show", "switchboard: `switchboard tools show` needs NAME; see --help\n"),
        ("version extra", "switchboard: 'extra' is one argument too many; see --help\n"),
        ("tools list --toolkit", "switchboard: --toolkit needs a value: --toolkit NAME\n"),
        ("version --json --json", "switchboard: --json was given twice\n"),
        ("version --json=yes", "switchboard: --json takes no value\n"),
        ("serve --port 99999", "switchboard: --port takes a whole number from 0 to 65535, not '99999'\n"),
        ("tools list --now 2026-11-20", "switchboard: --now sets the clock of the sandbox; add --sandbox\n"),
        ("--nonsense", "switchboard: unknown option '--nonsense'; `switchboard --help` lists the commands\n"),
    ])
    func `wrong usage says what to write instead and ends with 2`(words: String, message: String) async {
        let program = ProgramRun()
        defer { program.remove() }
        #expect(await program.run(words) == .init(status: .wrongUsage, out: "", err: message))
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `every command is in the completion script`(shell: String) async {
        let program = ProgramRun()
        defer { program.remove() }
        let script = await program.run("completions \(shell)")
        #expect(script.status == .done)
        for word in ["serve", "endpoints", "create", "toolkits", "--sandbox".replacing("--", with: "")] {
            #expect(script.out.contains(word), "\(shell) lacks \(word)")
        }
        #expect(await program.run("completions tcsh").status == .wrongUsage)
    }
}
