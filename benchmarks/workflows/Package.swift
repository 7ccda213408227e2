// swift-tools-version: 6.3

import PackageDescription

// A package of its own, so that building the product never builds the benchmark; the sources are links to the product's.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func module(_ name: String, uses dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "workflow-benchmark",
    targets: [
        .target(name: "CLinux"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto"),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3"),
        module("Basics", uses: ["CLinux"]),
        module("JSON", uses: ["Basics"]),
        module("JSONata", uses: ["Basics", "JSON"]),
        module("Cryptography", uses: ["Basics", "COpenSSL"]),
        module("HTTP", uses: ["Basics", "JSON"]),
        module("Storage", uses: ["Basics", "JSON", "Cryptography", "CLinux", "CSQLite"]),
        module("MCP", uses: ["Basics", "JSON", "HTTP"]),
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
        module("Transcripts", uses: ["Basics", "JSON", "Cryptography", "HTTP", "Tools"]),
        module("LanguageModels", uses: ["Basics", "JSON", "HTTP", "Transcripts"]),
        module("Agents", uses: ["Basics", "JSON", "Cryptography", "Tools", "Transcripts", "LanguageModels"]),
        module(
            "Workflows",
            uses: [
                "Basics", "JSON", "JSONata", "Cryptography", "HTTP", "Storage", "Tools", "ToolRouter", "Transcripts",
                "LanguageModels", "Agents",
            ]
        ),
        .executableTarget(
            name: "WorkflowBenchmark",
            dependencies: ["Basics", "CLinux", "JSON", "Storage", "Tools", "Workflows"],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c2x
)
