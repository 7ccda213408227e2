import Basics
import Gateway
import Glibc
import Testing

@Suite struct HomeTests {
    @Test func `the home folder is found from the program's own place`() throws {
        let root = "/tmp/" + Identifier.make("home")
        for folder in ["", "/toolkits", "/agents", "/.build", "/.build/release"] { mkdir(root + folder, 0o700) }
        defer { for folder in ["/.build/release", "/.build", "/agents", "/toolkits", ""] { rmdir(root + folder) } }
        let home = try Home.find(explicit: root, environment: [:], program: nil)
        #expect(home == Home(path: root))
        let named = try Home.find(explicit: nil, environment: ["SWITCHBOARD_HOME": root], program: nil)
        #expect(named == Home(path: root))
    }

    @Test func `a folder without toolkits is refused by name`() {
        let error = #expect(throws: GatewayError.self) {
            try Home.find(explicit: "/nonexistent", environment: [:], program: nil)
        }
        #expect(error?.message.contains("/nonexistent has no folder toolkits/") == true)
    }

    @Test func `data lie where the desktop's standard says`() throws {
        #expect(try Home.defaultDataFolder(environment: ["XDG_DATA_HOME": "/x", "HOME": "/h"]) == "/x/switchboard")
        #expect(try Home.defaultDataFolder(environment: ["HOME": "/h"]) == "/h/.local/share/switchboard")
        #expect(throws: GatewayError.self) { try Home.defaultDataFolder(environment: [:]) }
    }
}
