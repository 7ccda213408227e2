// swift-tools-version: 6.3

import PackageDescription

// Targets are listed lowest layer first, and a target may depend only on targets above it in this file.
// `docs/modules.md` says in one sentence what each of them is for; `scripts/check-modules` keeps the order true.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

func module(_ name: String, uses dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(
    _ name: String,
    uses dependencies: [Target.Dependency] = [],
    exclude: [String] = []
) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: [.byName(name: name), "TestSupport"] + dependencies,
        exclude: exclude,
        swiftSettings: settings
    )
}

let package = Package(
    name: "switchboard",
    products: [
        .executable(name: "switchboard", targets: ["switchboard"])
    ],
    targets: [
        // MARK: System libraries

        .target(name: "CLinux"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CEdit", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),

        // MARK: Foundations

        module("Basics", uses: ["CLinux"]),
        module("JSON", uses: ["Basics"]),
        module("JSONata", uses: ["Basics", "JSON"]),
        module("Cryptography", uses: ["Basics", "COpenSSL"]),
        module("HTTP", uses: ["Basics", "JSON"]),
        module("Storage", uses: ["Basics", "JSON", "Cryptography", "CLinux", "CSQLite"]),

        // MARK: Drivers

        module("EventLoops", uses: ["Basics", "CLinux"]),
        module("CurlTransport", uses: ["Basics", "HTTP", "EventLoops", "CLinux", "CCurl"]),
        module("WebServer", uses: ["Basics", "HTTP", "EventLoops", "CLinux"]),

        // MARK: Protocol

        module("MCP", uses: ["Basics", "JSON", "HTTP"]),

        // MARK: Tools

        module("Tools", uses: ["Basics", "JSON"]),
        module("Connections", uses: ["Basics", "JSON", "Cryptography", "HTTP", "Storage"]),
        module("Toolkits", uses: ["Basics", "JSON", "JSONata", "Cryptography", "HTTP", "Tools", "Connections"]),
        module(
            "ToolRouter",
            uses: [
                "Basics", "JSON", "JSONata", "Cryptography", "HTTP", "Storage", "MCP", "Tools", "Connections",
                "Toolkits",
            ]
        ),

        module("Mail", uses: ["Basics", "JSON", "Cryptography", "Tools"]),

        // MARK: Agents

        module("Transcripts", uses: ["Basics", "JSON", "Cryptography", "HTTP", "Tools"]),
        module("LanguageModels", uses: ["Basics", "JSON", "HTTP", "Transcripts"]),
        module("Agents", uses: ["Basics", "JSON", "Cryptography", "Tools", "Transcripts", "LanguageModels"]),
        module(
            "Workflows",
            uses: [
                "Basics", "JSON", "JSONata", "Cryptography", "HTTP", "Storage", "MCP", "Tools", "ToolRouter",
                "Transcripts", "LanguageModels", "Agents",
            ]
        ),

        // MARK: Programs

        module("ATSSandbox", uses: ["Basics", "JSON", "Cryptography", "HTTP"]),
        module(
            "Console",
            uses: ["Basics", "JSON", "Cryptography", "HTTP", "Storage", "Tools", "Connections", "ToolRouter"]
        ),
        module(
            "Gateway",
            uses: [
                "Basics", "JSON", "Cryptography", "HTTP", "Storage", "EventLoops", "CurlTransport", "WebServer", "MCP",
                "Tools", "Connections", "Toolkits", "ToolRouter", "Mail", "Transcripts", "LanguageModels", "Agents",
                "Workflows", "ATSSandbox", "Console", "CLinux",
            ]
        ),
        module(
            "Commands",
            uses: [
                "Basics", "JSON", "JSONata", "HTTP", "MCP", "Storage", "Tools", "Connections", "Toolkits", "ToolRouter",
                "Transcripts", "LanguageModels", "Agents", "Workflows", "Mail", "ATSSandbox", "Gateway", "CLinux",
                "CEdit",
            ]
        ),
        .executableTarget(name: "switchboard", dependencies: ["Commands"], swiftSettings: settings),

        // MARK: Tests

        .target(
            name: "TestSupport",
            dependencies: ["Basics", "JSON", "HTTP"],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        tests("Basics"),
        tests("JSON", uses: ["Basics"]),
        tests("JSONata", uses: ["Basics", "JSON"]),
        tests("Cryptography", uses: ["Basics"]),
        tests("HTTP", uses: ["Basics", "JSON"]),
        tests("Storage", uses: ["Basics", "JSON"]),
        tests("EventLoops", uses: ["Basics"]),
        tests("CurlTransport", uses: ["Basics", "HTTP", "EventLoops", "WebServer"]),
        tests("WebServer", uses: ["Basics", "HTTP", "EventLoops"]),
        tests("MCP", uses: ["Basics", "JSON", "HTTP", "EventLoops", "CurlTransport", "WebServer"]),
        tests("Tools", uses: ["Basics", "JSON"]),
        tests("Connections", uses: ["Basics", "JSON", "Cryptography", "HTTP", "Storage"]),
        tests(
            "Toolkits",
            uses: ["Basics", "JSON", "HTTP", "Tools", "Connections", "ATSSandbox"],
            exclude: ["Fixtures"]
        ),
        tests(
            "ToolRouter",
            uses: [
                "Basics", "JSON", "Cryptography", "HTTP", "Storage", "MCP", "Tools", "Connections",
                "Toolkits",
            ]
        ),
        tests("Transcripts", uses: ["Basics", "JSON", "HTTP", "Tools"]),
        tests("LanguageModels", uses: ["Basics", "JSON", "HTTP", "Transcripts"]),
        tests("Agents", uses: ["Basics", "JSON", "HTTP", "Tools", "Transcripts", "LanguageModels"]),
        tests("Mail", uses: ["Basics", "JSON", "Tools"]),
        tests(
            "Workflows",
            uses: [
                "Basics", "JSON", "JSONata", "Cryptography", "HTTP", "Storage", "Tools", "Connections", "Toolkits",
                "ToolRouter", "Mail", "LanguageModels", "ATSSandbox",
            ]
        ),
        tests(
            "Console",
            uses: [
                "Basics", "JSON", "Cryptography", "HTTP", "Storage", "Tools", "Connections", "Toolkits", "ToolRouter",
            ]
        ),
        tests("ATSSandbox", uses: ["Basics", "JSON", "Cryptography", "HTTP"]),
        tests(
            "Gateway",
            uses: [
                "Basics", "JSON", "HTTP", "MCP", "Tools", "Connections", "Toolkits", "ToolRouter",
                "ATSSandbox", "LanguageModels", "Agents", "Workflows",
            ]
        ),
        tests(
            "Commands",
            uses: [
                "Basics", "JSON", "HTTP", "Storage", "EventLoops", "WebServer", "CurlTransport", "Tools", "ATSSandbox",
                "ToolRouter", "Workflows", "Gateway",
            ]
        ),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c2x
)
